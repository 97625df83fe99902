"""Texts of customers and agents, made of common words and of rare ones, with the tokens they are found by."""

import random
from dataclasses import dataclass

from helpdesk.folding import index_tokens

COMMON = {
    "en": (
        "hello thank you the order has arrived but screen is broken please send new one when will my parcel come we ordered two and got "
        "only box was open inside there something missing could refund money back card paid week ago still waiting nobody answered phone "
        "warranty repair technician visit address changed tomorrow morning after noon receipt attached picture shows damage side"
    ).split(),
    "ar": (
        "السلام عليكم شكرا لكم وصل الطلب لكن الشاشة مكسورة أرجو إرسال بديل متى تصل الشحنة طلبنا قطعتين ووصلت واحدة فقط الصندوق كان مفتوحا "
        "شيء ناقص هل يمكن استرجاع المبلغ دفعت بالبطاقة قبل أسبوع ما زلت أنتظر لم يرد أحد على الهاتف الضمان الصيانة موعد زيارة العنوان تغير "
        "غدا صباحا بعد الظهر الفاتورة مرفقة الصورة توضح الضرر"
    ).split(),
}
SYLLABLES = {
    "en": "ba lo mir ket dun sa vel tor pin gra nu fel zo rik mas".split(),
    "ar": "با لو مير كت دن سا فل تور بن قرا نو زي رك مس".split(),
}
RARE, POOL = 2000, 1500


@dataclass(frozen=True)
class Text:
    """A text and the tokens of it, joined by blanks."""

    text: str
    tokens: str


def rare_words(language: str, random_: random.Random) -> list[str]:
    """Words nobody says, from the most frequent to the rarest."""
    found: dict[str, None] = {}
    while len(found) < RARE:
        found["".join(random_.choice(SYLLABLES[language]) for _ in range(random_.randint(3, 5)))] = None
    return list(found)


def pool(language: str, random_: random.Random) -> list[Text]:
    """Texts of 30 to 90 common words in paragraphs."""
    return [
        text_of("\n\n".join(" ".join(random_.choices(COMMON[language], k=random_.randint(15, 30))) for _ in range(random_.randint(2, 3))))
        for _ in range(POOL)
    ]


def text_of(text: str) -> Text:
    """With its tokens."""
    return Text(text, " ".join(index_tokens(text)))
