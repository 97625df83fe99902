"""What is forwarded, in the words of mail programs in many languages."""

import pytest

from channels.email.forward import Forwarded, forwarded_in
from channels.email.quote import reply_text

# The line that begins it; then the words for from, subject, date, to and copy (an underscore is a space).
APPLE = {
    "ar": ("بداية الرسالة المُعاد توجيهها:", "من الموضوع التاريخ إلى نسخة"),
    "cs": ("Začátek přeposílané zprávy:", "Od Předmět Datum Komu Kopie"),
    "da": ("Start på videresendt besked:", "Fra Emne Dato Til Kopi"),
    "el": ("Έναρξη προωθημένου μηνύματος:", "Από Θέμα Ημερομηνία Προς Κοιν."),
    "fi": ("Välitetty viesti alkaa:", "Lähettäjä Aihe Päivämäärä Vastaanottaja Kopio"),
    "fr": ("Début du message transféré :", "De Objet Date À Cc"),
    "hu": ("Továbbított levél kezdete:", "Feladó Tárgy Dátum Címzett Másolatot_kap"),
    "it": ("Inizio messaggio inoltrato:", "Da Oggetto Data A Cc"),
    "ja": ("転送されたメッセージ：", "差出人 件名 日付 宛先 Cc"),
    "nl": ("Begin doorgestuurd bericht:", "Van Onderwerp Datum Aan Kopie"),
    "pl": ("Początek przekazywanej wiadomości:", "Od Temat Data Do DW"),
    "pt": ("Início da mensagem encaminhada:", "De Assunto Data Para Cc"),
    "ro": ("Începe mesajul redirecționat:", "De_la Subiect Dată Către Cc"),
    "ru": ("Начало переадресованного сообщения:", "От Тема Дата Кому Копия"),
    "tr": ("İleti başlangıcı:", "Kimden Konu Tarih Kime Bilgi"),
    "uk": ("Початок листа, що пересилається:", "Від Тема Дата Кому Копія"),
    "zh": ("开始转发的邮件：", "发件人 主题 日期 收件人 抄送"),
}
DASHED = {
    "ar": ("رسالة معاد توجيهها", "من الموضوع التاريخ إلى نسخة"),
    "de": ("Weitergeleitete Nachricht", "Von Betreff Datum An Kopie_(CC)"),
    "en": ("Forwarded Message", "From Subject Date To Cc"),
    "es": ("Mensaje reenviado", "De Asunto Fecha Para CC"),
    "et": ("Edastatud kiri", "Saatja Teema Kuupäev Saaja Koopia"),
    "fa": ("پیام هدایت شده", "از موضوع تاریخ به رونوشت"),
    "fi": ("Välitetty viesti / Fwd.Msg", "Lähettäjä Aihe Päiväys Vastaanottaja Kopio"),
    "fr": ("Message transféré", "De Sujet Date Pour Copie_à"),
    "he": ("הודעה שהועברה", "מאת נושא תאריך אל עותק"),
    "hr": ("Proslijeđena poruka", "Šalje Naslov Datum Prima CC"),
    "it": ("Messaggio Inoltrato", "Mittente Oggetto Data A CC"),
    "no": ("Videresendt melding", "Fra Emne Dato Til Kopi"),
    "sk": ("Preposlaná správa", "Od Predmet Dátum Komu Kópia"),
    "sv": ("Vidarebefordrat meddelande", "Från Ämne Datum Till Kopia"),
    "tr": ("İletilmiş Mesaj", "Kimden Konu Tarih Kime CC"),
}
ONE_LINE = {
    "ar": ("رسالة معاد توجيهها", "من الموضوع تم_الإرسال إلى نسخة"),
    "cs": ("Přeposlaná zpráva", "Od Předmět Odesláno Komu Kopie"),
    "en": ("Forwarded Message", "From Subject Sent To Cc"),
    "es": ("Mensaje reenviado", "De Asunto Enviado Para CC"),
    "pl": ("Przekazana wiadomość", "Od Temat Wysłano Do DW"),
    "ru": ("Пересылаемое сообщение", "От_кого Тема Отправлено Кому Копия"),
    "uk": ("Перенаправлене повідомлення", "Від Тема Надіслано Кому Копія"),
}
PREFIXES = "Fwd FW Fw WG TR RV ENC I VB Vs VL PD ILT Továbbítás Redir. Proslijeđeno Doorst Пересл تحويل إعادة_توجيه 转发 転送".split()


def block(order: str, labels: str) -> str:
    """Five header lines in the order of the letters f, s, d, t and c."""
    values = dict(zip("fsdtc", ["Saad <saad@example.com>", "A complaint", "2 6 2025 14:25", "layla@example.com",
        "C <c@example.com>, d@example.com"],
                      strict=True))
    named = dict(zip("fsdtc", labels.replace("_", "\u00a0").split(" "), strict=True))
    return "\n".join(f"{named[letter]}: {values[letter]}" for letter in order)


def check(text: str, subject: str = "") -> None:
    found = forwarded_in(text, subject, False)
    assert found is not None
    assert summary(found) == ("saad@example.com", "A complaint", ["layla@example.com"], ["c@example.com", "d@example.com"], "It broke.")
    assert reply_text(text, True) == ""
    assert reply_text(f"Look at this.\n\n{text}", True) == "Look at this."


def summary(found: Forwarded) -> tuple[str, str, list[str], list[str], str]:
    to, copies = ([person["address"] for person in found[key]] for key in ("to", "cc"))
    return found["from"]["address"], found["subject"], to, copies, found["text"]


@pytest.mark.parametrize("language", APPLE)
def test_quoted_and_announced(language: str) -> None:
    announced, labels = APPLE[language]
    check("\n".join(f"> {line}".rstrip() for line in [announced, "", *block("fsdtc", labels).split("\n"), "", "It broke."]))


@pytest.mark.parametrize("language", DASHED)
def test_between_dashes(language: str) -> None:
    words, labels = DASHED[language]
    check(f"-------- {words} --------\n{block('sdftc', labels)}\n\n\nIt broke.")


@pytest.mark.parametrize("language", DASHED)
def test_without_a_mark_but_by_the_subject(language: str) -> None:
    check(f"{block('fdtcs', DASHED[language][1])}\nIt broke.", "FW: A complaint")
    check(f"________________________________\n{block('fdtcs', DASHED[language][1])}\n\nIt broke.", "FW: A complaint")


@pytest.mark.parametrize("language", ONE_LINE)
def test_on_one_line(language: str) -> None:
    words, labels = ONE_LINE[language]
    check(f"   ----- {words} ----- {block('ftcds', labels).replace(chr(10), '')}\n It broke.")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_subject_of_a_forward(prefix: str) -> None:
    found = forwarded_in("On 2/6/2025 12:46, Saad <saad@example.com> wrote:\n\n    It broke.", f"{prefix.replace('_', ' ')}: A complaint",
        False)
    assert found is not None
    assert (found["from"], found["subject"], found["text"]) == ({"name": "Saad", "address": "saad@example.com"}, "A complaint", "It broke.")


def test_a_finnish_answer_is_no_norwegian_forward() -> None:
    assert forwarded_in(f"Kyllä.\n\n{block('fdtcs', DASHED['fi'][1])}\n\nold", "VS: A complaint", True) is None
