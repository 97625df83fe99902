"""What is new in a reply, by general rules in many languages."""

import pytest

from channels.email.forward import forwarded_in
from channels.email.quote import reply_text

OLD = "> What is the number?\n> Support"
ATTRIBUTIONS = [
    "On Mon, 2 Jun 2025 at 09:15, Support <support@example.com> wrote:",
    "Am 2. Juni 2025 um 09:15 schrieb Support <support@example.com>:",
    "Le lun. 2 juin 2025 à 09:15, Support <support@example.com> a écrit :",
    "El lun, 2 jun 2025 a las 9:15, Support (<support@example.com>) escribió:",
    "Il giorno lun 2 giu 2025 alle ore 09:15 Support <support@example.com> ha scritto:",
    "Op ma 2 jun 2025 om 09:15 schreef Support <support@example.com>:",
    "Em seg., 2 de jun. de 2025 às 09:15, Support <support@example.com> escreveu:",
    "Den mån 2 juni 2025 kl 09:15 skrev Support <support@example.com>:",
    "2 Haz 2025 Pzt, 09:15 tarihinde Support <support@example.com> şunu yazdı:",
    "пн, 2 июн. 2025 г. в 09:15, Support <support@example.com>:", "2025年6月2日(月) 9:15 Support <support@example.com>:",
    "在 2025年6月2日，Support <support@example.com> 写道：", "في الاثنين، ٢ يونيو ٢٠٢٥ في ٩:١٥ ص، كتب الدعم <support@example.com>:",
    "بتاريخ 2/6/2025 كتبت خدمة العملاء <support@example.com>:",
    "On Mon, 2 Jun 2025 at 09:15, Support Team of the Example Shop\n<support@example.com> wrote:",
    "در تاریخ دوشنبه ۲ ژوئن ۲۰۲۵، Support <support@example.com> نوشت:",
]
BLOCKS = [
    "From: Support <support@example.com>\nSent: Monday, June 2, 2025 9:15 AM\nTo: Adam\nSubject: Number",
    "Von: Support <support@example.com>\nGesendet: Montag, 2. Juni 2025 09:15\nAn: Adam\nBetreff: Nummer",
    "De : Support <support@example.com>\nEnvoyé : lundi 2 juin 2025 09:15\nÀ : Adam\nObjet : Numéro",
    "من: الدعم <support@example.com>\nتاريخ الإرسال: 02/06/2025\nإلى: آدم\nالموضوع: الرقم",
    "*From:* Support <support@example.com>\n*Sent:* Monday, June 2, 2025\n*To:* Adam\n*Subject:* Number",
    "________________________________\nFrom: Support <support@example.com>\nSent: Monday\nTo: Adam\nSubject: Number",
    "-----Original Message-----\nFrom: Support\nSent: Monday, June 2, 2025", "-----الرسالة الأصلية-----\nمن: الدعم",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("new", ["It is 5521.", "الرقم ٥٥٢١.\nوشكرًا"])
def test_an_answer_above_a_quote(attribution: str, new: str) -> None:
    assert reply_text(f"{new}\n\n{attribution}\n\n{OLD}") == new


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_answer_below_a_quote(attribution: str) -> None:
    assert reply_text(f"{attribution}\n{OLD}\n\nIt is 5521.") == "It is 5521."


@pytest.mark.parametrize("block", BLOCKS)
def test_an_answer_above_a_block(block: str) -> None:
    assert reply_text(f"It is 5521.\n\n{block}\n\nWhat is the number?\n\n-- \nSupport") == "It is 5521."


@pytest.mark.parametrize("text", [
    "From: Riyadh\nTo: Jeddah\nPlease change the route.", "On Monday I wrote: please call me.\nNobody did.",
    "Error at 10:15:\nthe pump stops", "I wrote to you on 2 June 2025 and nobody answered:\nwhy?", "عنوان: شارع الملك\nالمدينة: الرياض",
    "Sent from my desk, which is much easier than my phone.", "Options:\n--option a\n--option b", "التاريخ: ٢ يونيو\nالمبلغ: ٢٠٠ ريال",
])
def test_a_customers_own_words_stay(text: str) -> None:
    assert reply_text(text) == text


@pytest.mark.parametrize("line", [
    "Sent from my iPhone", "Get Outlook for Android<https://example.com>", "Von meinem iPhone gesendet", "Envoyé de mon iPhone",
    "Enviado desde mi iPhone", "أُرسلت من الـ iPhone", "تم الإرسال من هاتفي", "Отправлено с iPhone", "iPhone'umdan gönderildi",
    "发自我的 iPhone", "iPhoneから送信", "--\nAdam", "-- \nAdam\n050", "الحصول على Outlook لـ iOS",
])
def test_signatures_go(line: str) -> None:
    assert reply_text(f"It leaks.\n\n{line}") == "It leaks."


@pytest.mark.parametrize("bomb", [
    ">" * 200_000, "> " * 100_000, "On 1 Jan 2020 a <a@b.co> x\n" * 20_000, "From: a@b.co\n" * 20_000, "-" * 200_000, "- " * 100_000,
    "a." * 100_000 + "@", "\n" * 300_000, "On " * 100_000, "From: a\nTo: b\n" * 10_000,
])
def test_time_is_linear(bomb: str) -> None:
    assert isinstance(reply_text(bomb), str)
    forwarded_in(bomb, "Fwd: x", False)


FORWARDS = [
    "---------- Forwarded message ---------\n", "Begin forwarded message:\n\n", "-------- Weitergeleitete Nachricht --------\n",
    "---------- Message transmis ----------\n", "---------- رسالة مُعاد توجيهها ----------\n", "-------- رسالة محوّلة --------\n",
    "-------- Doorgestuurd bericht --------\n", "-------- İletilmiş Mesaj --------\n", "-------- Перенаправленное сообщение --------\n",
    "---------- 转发邮件 ----------\n",
]


@pytest.mark.parametrize("mark", FORWARDS)
def test_forwards(mark: str) -> None:
    block = "From: Saad <saad@example.com>\nDate: 2 June 2025\nSubject: Complaint\nTo: a@example.com\nCc: b@example.com, C <c@example.com>"
    text = f"Look.\n\n{mark}{block}\n\nIt broke.\n"
    found = forwarded_in(text, "", False)
    assert found is not None
    assert (found["from"], found["subject"], found["text"]) == ({"name": "Saad", "address": "saad@example.com"}, "Complaint", "It broke.")
    assert [person["address"] for person in found["to"] + found["cc"]] == ["a@example.com", "b@example.com", "c@example.com"]
    assert reply_text(text) == "Look."


@pytest.mark.parametrize("block", BLOCKS)
def test_a_reply_is_not_forwarded(block: str) -> None:
    assert forwarded_in(f"Yes.\n\n{block}\n\nold", "Re: Number", True) is None
    assert forwarded_in(f"Yes.\n\n{block}\n\nold", "رد: الرقم", False) is None
