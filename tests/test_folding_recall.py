"""Recall and precision on a small desk: what an agent types, and the tickets that ought to come up."""

from helpdesk.folding import index_tokens, query_tokens

TEXTS = {
    1: "السلام عليكم، الغسالة اللي اشتريتها من عندكم قبل شهر ما تشتغل، تطلع صوت قوي وقت العصر. رقم الفاتورة INV-2026-00417",
    2: "وصلتني الطلبية اليوم لكن الكرتون مكسور والشاشة فيها خدوش. أبغى استبدالها لو سمحتوا",
    3: "أرغب في استرجاع المبلغ لأن القطعة المرسلة غير مطابقة للصور. رقم الطلب ٥٥١٢٠٣",
    4: "تم خصم المبلغ مرتين من بطاقتي، أرجو إعادة المبالغ الزائدة إلى حسابي البنكي",
    5: "متى يوصل طلبي؟ المندوب اتصل مرة واحدة وما رد على رسائلي",
    6: "جوالي من نوع RX-200 لا يشحن، والبطارية تنتفخ. هل يشملها الضمان؟",
    7: "العميل طلب تغيير عنوان التوصيل إلى حي الياسمين، والشحنة ما زالت في المستودع",
    8: "استلمنا جهازكم S12345 وهو الآن عند فنيي الصيانة للفحص، وسنوافيكم بالتقرير خلال 48 ساعة",
    9: "انتهى إصلاح الثلاجة، ويمكن استلامها من الفرع أو طلب التوصيل",
    10: "شركة الشحن أعادت الطرد مرتين بسبب عنوان ناقص، رقم الجوال 0500000123",
    11: "My refund for order 551204 has not arrived, the bank says nothing was sent",
    12: "The parcel was delivered with a broken screen, I would like a replacement",
    13: "Your technicians repaired my dishwasher twice and the same fault came back",
    14: "I was charged twice on my card, please cancel one of the payments",
    15: "Where are my headphones? Tracking says they shipped on Sunday. Call +966 50 000 0123",
    16: "الأجهزة المعطلة أرسلناها لكم قبل أسبوع ولم يصلنا أي رد من الفنيين حتى الآن",
    17: "فواتير شهر سبتمبر فيها أخطاء في الضريبة، أحتاج فاتورة ضريبية صحيحة باسم الشركة",
    18: "الكود الخصم ما اشتغل معي عند الدفع، والسلة طلعت بسعر كامل",
    19: "مكيفات الصالة تسرب ماء بعد تركيبها من قبل الفني، أحتاج موعد زيارة",
    20: "الريموت ما يعمل مع التلفزيون الجديد حتى بعد تبديل البطاريات",
}
QUERIES: dict[str, set[int]] = {
    "فاتورة": {1, 17},
    "فواتير": {1, 17},
    "الشاشه": {2},
    "خدش": {2},
    "استبدال": {2},
    "مبلغ": {3, 4},
    "قطع": {3},
    "551203": {3},
    "طلب": {2, 3, 5, 7, 9},
    "بطاقة": {4},
    "رساله": {5},
    "بطارية": {6, 20},
    "rx200": {6},
    "ضمان": {6},
    "عنوان": {7, 10},
    "شحنة": {7, 10},  # "shipment" and "shipping" are one stem; 6 says "charge"
    "توصيل": {7, 9},
    "جهاز": {8, 16},
    "أجهزة": {8, 16},
    "فني": {8, 16, 19},
    "s12345": {8},
    "١٢٣٤٥": {8},
    "ثلاجه": {9},
    "صيانة": {8},
    "طرد": {10},
    "طرود": {10},
    "٠٥٠٠٠٠٠١٢٣": {10, 15},
    "refunds": {11},
    "screens": {12},
    "repairing": {13},
    "payment": {14},
    "ship": {15},
    "headphone": {15},
    "خطا": {17},
    "شركه": {10, 17},
    "مكيف": {19},
    "يعمل": {20},
    "مواعيد": {19},
    "charge": {14},
    "تشتغل": {1, 18},  # 18 says اشتغل: verbs with their own first letter are not joined
    "اسابيع": {16},
    "دفع": {18},
    "صور": {3},
    "غسالات": {1},
}


def _figures() -> tuple[float, float, list[tuple[str, set[int], set[int]]]]:
    index = {number: set(index_tokens(text)) for number, text in TEXTS.items()}
    wanted = hit = found = 0
    odd = []
    for query, right in QUERIES.items():
        asked = set(query_tokens(query))
        got = {number for number, tokens in index.items() if asked <= tokens}
        wanted, hit, found = wanted + len(right), hit + len(got & right), found + len(got)
        if got != right:
            odd.append((query, right - got, got - right))
    return hit / wanted, hit / found, odd


def test_recall_and_precision() -> None:
    recall, precision, odd = _figures()
    assert recall >= 0.95, odd
    assert precision >= 0.95, odd
