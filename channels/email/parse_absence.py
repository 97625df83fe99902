"""Notes by which a program says that somebody is away: their words, in English and Arabic.

A customer may be away, too, and write so. A note gives itself away by two things together: its first words are about the absence, and
it speaks of the mail that it answers (when that will be read, whom else to ask); or it says that a program wrote it.
"""

import re

MOST_LETTERS, FIRST_LETTERS, FIRST_LINES = 2_000, 400, 20
SIGNS = re.compile("[\u0640\u064b-\u065f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
BACK = (
    r"(?:when|once|as soon as) (?:i|we)(?:'m| am| are)? (?:return|back|get back|come back)"
    r"|(?:up)?on (?:my |our )?return|after (?:my|our) return"
)
BACK_AR = r"(?:عند|فور|بعد|حال|حين)\s?(?:عودت|رجوع|[إا]نته|بدء|[إا]ستئناف|مباشرت)"


def one_of(*patterns: str) -> re.Pattern[str]:
    """Any of them, in either case."""
    return re.compile("|".join(patterns), re.IGNORECASE)


ABSENT = one_of(
    r"out of (?:the |my |our )?office|\booo\b|not in the office|office (?:is|will be|was) closed|public holiday",
    r"(?:annual|sick|parental|maternity|paternity|medical|study|hajj) leave|\bon leave\b|\bvacation\b|on (?:a |my )?holiday",
    r"away (?:from|until|on|this|for)|(?:currently|now|be|am) (?:away|absent|unavailable|travell?ing)",
    r"(?:am|be) (?:out|off) (?:of|on|until|from|this)",
    r"(?:we are|closed) (?:closed )?(?:for|during|until)|no longer (?:work|with)",
    r"abwesen|nicht im b[uü]ro|außer haus|im urlaub|nicht (?:erreichbar|am platz)|elternzeit|congés?\b|en vacances|absent",
    r"fuera de la oficina",
    r"de vacaciones|ausente|fuori (?:sede|ufficio)|in ferie|assente|de férias|fora do escritório|ausência|afwezig|op vakantie",
    r"niet op kantoor",
    r"på semester|frånvarande|föräldraledig|på ferie|fraværende|ikke på kontoret|lomalla|poissa\b|na urlopie|nieobecn|poza biurem",
    r"na dovolen",
    r"nepřítom|neprítom|mimo kancel|szabadságon|nem vagyok az irod|na dopustu|odsoten|odsutn|na godišnjem|în concediu|в отпуск|отсутству",
    r"нет в офисе|у відпустці|відсутн|отсъств|ofis(?:te| dışında)|izinde|tatilde|εκτός γραφείου|σε άδεια|απουσιάζ|בחופש|מחוץ למשרד|נעדר",
    r"در مرخصی|خارج از دفتر|छुट्टी|不在(?:办公室|辦公室|に)|休假|出差|外出中|休暇|不在|부재|휴가|출장|นอกสำนักงาน|ลาพักร้อน|nghỉ phép|vắng mặt",
    r"(?:sedang|dalam) cuti|di luar kantor|bercuti|puhkusel|atvaļinājumā|atostog|í fríi",
    r"[إا]جازة|[إا]جازات|[إا]جازتي|[إا]جازتنا|عطلة|خارج (?:ال)?(?:مكتب|عمل|دوام|مملكة|بلاد|مدينة)|متغيب|غائب|غيابي",
    r"غير (?:متواجد|متوفر|متاح|موجود)|لست (?:متواجد|في المكتب)|في (?:مهمة|سفر|رحلة عمل)|مسافر|[إا]نتداب|لم [أا]عد [أا]عمل",
)
ABOUT_THIS_MAIL = one_of(
    r"(?:limited|no|little|intermittent|without) access to (?:my |the )?(?:work )?(?:e-?mails?|inbox|messages)",
    r"(?:not|n't) (?:be )?(?:checking|reading|monitoring) (?:my )?(?:e-?mails?|messages|inbox)",
    rf"(?:reply|respond|answer|get back|attend|come back|read)\b[^.\n]{{0,60}}(?:{BACK})",
    r"your (?:e-?mail|message) (?:will|is|has) (?:not )?(?:be |been )?(?:forwarded|read|answered|deleted)",
    r"(?:urgent|immediate)[^.\n]{0,60}(?:contact|call|reach|write to|e-?mail)",
    rf"(?:س[أانـ]\S*|سوف \S+|سيتم) [^.\n]{{0,60}}{BACK_AR}|(?:الرد|الاطلاع|قراءة)[^.\n]{{0,60}}{BACK_AR}",
    r"(?:لن|قد لا) [أا](?:تمكن|ستطيع)[^.\n]{0,40}(?:الرد|الاطلاع|متابعة|قراءة)",
    r"(?:الاطلاع|الوصول|الدخول)[^.\n]{0,20}(?:على|إلى|الى) (?:ال)?(?:بريد|رسائل)",
    r"(?:عاجل|ضرور|طارئ)[^.\n]{0,60}(?:التواصل|الاتصال|مراسلة|يمكن(?:كم|ك)|مراجعة)",
)
BY_A_PROGRAM = one_of(
    r"\W*(?:please note(?: that)? )?this is an? auto(?:mated|matic|matically[- ]generated|[- ]generated)?[- ]?"
    r"\s?(?:reply|response|message|e-?mail|answer|acknowledge?ment|notification)",
    r"\W*(?:automatic|automated|auto)[- ]?(?:reply|response)\s*[:.!\-–]",
    r"\W*(?:diese|dies)\w* .{0,30}automatisch (?:generiert|erzeugt|erstellt|versendet)|\W*dies ist eine automatische",
    r"\W*(?:ceci est|c'est) une? (?:réponse|message) automatique|\W*(?:este es|esta es) (?:un|una) (?:mensaje|respuesta) autom",
    r"\W*(?:questa|questo) è una? (?:risposta|messaggio) automatic|\W*esta é uma (?:resposta|mensagem) autom|\W*dit is een automatisch",
    r"\W*это автоматическ|\W*bu otomatik|\W*これは自動|\W*本メールは自動|\W*这是一封自动|\W*此邮件为自动",
    r"\W*هذ[اه] (?:ال)?(?:رد|رسالة|إجابة|جواب) ?(?:بريدي[ةه]? )?(?:آلي|الي|تلقائي|أوتوماتيكي)[ةه]?\b",
    r"\W*(?:رد|رسالة|إجابة|جواب) ?(?:بريدي[ةه]? )?(?:آلي|الي|تلقائي|أوتوماتيكي)[ةه]?\s*(?:$|[:.،\-–])",
    r"\W*تم [إا]رسال هذ[اه] (?:الرد|الرسالة) (?:آليا|تلقائيا|بشكل (?:آلي|تلقائي))",
)


def is_absence(subject: str, text: str) -> bool:
    """Of a mail that a program wrote: does it say that somebody is away?"""
    return bool(ABSENT.search(plain(subject)) or ABSENT.search(plain(text)))


def reads_like_a_note(text: str) -> bool:
    """Of an answer without any sign in its header: is it a program's? It says so where a line begins, or its first words are about an
    absence and it speaks of the mail that it answers. Long texts are people's."""
    words = plain(text.strip())
    if not words or len(text) > MOST_LETTERS:
        return False
    if any(BY_A_PROGRAM.match(line) for line in words.splitlines()[:FIRST_LINES]):
        return True
    return bool(ABSENT.search(words[:FIRST_LETTERS]) and ABOUT_THIS_MAIL.search(words))


def plain(text: str) -> str:
    """Its beginning without tatweel, vowel marks and characters that have no width."""
    return SIGNS.sub("", text[:MOST_LETTERS])
