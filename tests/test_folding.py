"""Folding: one spelling for what people type in many ways."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.folding import direction_of, fold, fold_email, fold_phone, language_of

ARABIC_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهويءأإآؤئىةٱ"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("أحمد", "احمد"),
        ("المكتبة", "المكتبه"),
        ("إلى", "الي"),
        ("ضَمَانُ", "ضمان"),
        ("طـــلب", "طلب"),
        ("١٢٣٤٥", "12345"),
        ("۱۲۳", "123"),
        ("کیبورد", "كيبورد"),
        ("مسؤول عن شيء", "مسوول عن شيء"),
        ("هيئة", "هييه"),
        ("آلة", "اله"),
        ("ﻻ", "لا"),
        ("Café ÉCLAIR Straße", "cafe eclair strasse"),
        ("\u202bالطلب\u202c\u200f رقم", "الطلب رقم"),
        ("می\u200cخواهم", "ميخواهم"),
        ("ＡＢＣ１２", "abc12"),
        ("", ""),
    ],
)
def test_folds(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=ARABIC_LETTERS + "ًٌٍَُِّْـ \u200f"))
def test_fold_leaves_no_mark_and_one_form_of_each_letter(text: str) -> None:
    folded = fold(text)
    assert not any(unicodedata.combining(letter) for letter in folded)
    assert not set(folded) & set("أإآٱىةؤئـ\u200f")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("السلام عليكم، أين شحنتي؟", "ar"),
        ("جهازي Samsung Galaxy S24 لا يعمل", "ar"),
        ("Where is my parcel?", "en"),
        ("Your order from متجر المثال has shipped and will arrive on Sunday", "en"),
        ("سلام، سفارش من هنوز نرسیده است. لطفاً پیگیری کنید", "fa"),
        ("میرا آرڈر ابھی تک نہیں پہنچا، براہ کرم مدد کریں", "ur"),
        ("ماطور المكينة فيه صوت غريب، حتى الچاي ما تسويه", "ar"),
        ("12345 !!", "und"),
        ("", "und"),
        ("شكرا noura.long.address@example.com https://example.com/a/very/long/address", "ar"),
    ],
)
def test_language_by_script(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Re: رد: مشكلة في الجهاز", "rtl"),
        ("[#10421] أين طلبي", "rtl"),
        ("Fwd: [Ticket 10421] Refund", "ltr"),
        ("رد: Refund for order 12", "ltr"),
        ("12345 طلب", "rtl"),
        ("Re:", "ltr"),
        ("رد:", "rtl"),
        ("\u200fHello", "ltr"),
        ("…", "ltr"),
    ],
)
def test_direction_is_of_the_first_strong_letter(text: str, direction: str) -> None:
    assert direction_of(text) == direction


@pytest.mark.parametrize(
    ("address", "folded"),
    [
        (" Noura@Example.COM ", "noura@example.com"),
        ("<noura@example.com>", "noura@example.com"),
        ("mailto:noura@example.com.", "noura@example.com"),
        ("\u200fnoura@example.com\u202c", "noura@example.com"),
        ("info@متجر.example", "info@xn--pgbep1f.example"),
        ("nobody", "nobody"),
        ("", ""),
    ],
)
def test_addresses_have_one_spelling(address: str, folded: str) -> None:
    assert fold_email(address) == folded


@pytest.mark.parametrize(
    "number",
    [
        "0500000123", "050 000 0123", "966500000123", "+966 50 000 0123", "00966 50 000 0123", "٠٥٠٠٠٠٠١٢٣",
        "+٩٦٦ ٥٠ ٠٠٠ ٠١٢٣", "\u202a+966 (50) 000-0123\u202c", "500000123", "+966 050 000 0123", "9660500000123",
    ],
)  # fmt: skip
def test_numbers_have_one_spelling(number: str) -> None:
    assert fold_phone(number) == "+966500000123"


@pytest.mark.parametrize(
    ("number", "folded"), [("+44 20 7946 0123", "+442079460123"), ("12", "12"), ("ext ٧", "7"), ("", ""), ("call me", "")]
)
def test_other_numbers(number: str, folded: str) -> None:
    assert fold_phone(number) == folded


@given(st.text())
def test_identities_never_raise_and_stay_folded(text: str) -> None:
    assert fold_email(fold_email(text)) == fold_email(text)
    assert fold_phone(fold_phone(text)) == fold_phone(text)
    assert direction_of(text) in ("ltr", "rtl")
    assert language_of(text) in ("ar", "en", "fa", "ur", "und")
