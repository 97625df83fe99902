"""Lines such as "Sent from my phone" that a device or a program adds below what somebody wrote."""

import re

SENT_FROM = re.compile(
    r"^(?!.*\b(?:is|was|are|much|than|then i|because|yesterday)\b)\W*(?:"
    r"(?:(?:e-?mail|message|mail|reply|replied|response|brief(?:ly)?|quick(?:ly)?|sent|written|typed|composed|dictated|posted) ){1,4}"
    r"(?:from|via|on) (?:my )?(?:mobile|i?phone)\b"
    r"|sent (?:from|via|with|by|on)\b|get \W?outlook for|get yahoo|from my [\w ]{1,25}\W*$|von mein\w* [\w ]{1,30}\W*$"
    r"|gesendet (?:von|mit|über)"
    r"|diese nachricht wurde von mein"
    r"|envoy[ée]e? (?:de|depuis|à partir|avec|via)|provenance\s*:|enviado (?:desde|do|de|con|via|com|a partir)|inviato (?:da|dal|con)"
    r"|verstuurd v|verzonden v"
    r"|skickat från|sendt fra|lähetetty |odesláno z|odoslané z|wysłan[eo] z|отправлено (?:с|из)|надіслано з|trimis (?:de|din)"
    r"|poslano (?:s|z|iz)"
    r"|elküldve|iphone.{0,12}elküldve|iphone.{0,8}gönderildi|saadetud minu|télécharger outlook|obtener outlook|outlook für"
    r"|scarica outlook|baixe o outlook"
    r"|أُ?رسلت? من|تم الإرسال من|تم الارسال من|مرسل(?:ة)? من|مُرسل من|الحصول على outlook|احصل على outlook|ارسال شده از|از .{0,12} من ارسال"
    r"|sent using|von .{1,40} gesendet\W*$|gesendet aus|enviat des|verstuurd met|skickades från|στάλθηκε από|απεσταλμένο από|изпратено от"
    r"|послато са|išsiųsta iš|nosūtīts no|تم إرسال[هة]? من|נשלח מ|发送自|来自我的|发自|(?:được |đã )?gửi từ|di(?:kirim|hantar) dari|ส่งจาก"
    r"|ipinadala mula|відправлено з"
    r"|发自我的|發自我的|从我的|從我的|iphone ?から|(?:나의|내) .{0,20}보냄|sendt med|sent per |verzonden met"
    r"|mit freundlichen grüßen gesendet)"
    r"|^\W*\w[\w' ]{0,20}(?:['’]?(?:dan|den|umdan|ımdan)) gönderildi\W*$", re.IGNORECASE)
SENT_AT_END = re.compile(
    r"(?<!\bper mail )(?<!\bper e-mail )"
    r"(?:küldve|(?<!kargo ile )gönderildi|送信|보냄|보낸 메일입니다|भेजा गया|بھیجا گیا"
    r"|傳送|发送|ارسال شد|lähetetty|gesendet)\W*$", re.IGNORECASE)
GET = re.compile(
    r"^\W*(?:get|holen|hol|obten\w*|obtén|descargar?|ottieni|scarica|obter|obtenha|baixe|baixar|download\w*|hämta|skaffa?|hent|få|hanki|hae"
    r"|lataa|pobierz|získ\w+|stáhn\w+|stiahn\w+|obține\w*|descărc\w*|скача\w+|получи\w*|отрима\w*|завантаж\w*|λήψη|αποκτήστε|télécharge[rz]"
    r"|الحصول|احصل|تنزيل|حمّ?ل|קבל|הורד|获取|獲取|取得|下载|下載|tải|dapatkan|unduh|รับ|دریافت)\b|(?:beziehen|herunterladen|downloaden"
    r"|beszerzése\b.*|edinin|indirin|を入手|다운로드)\W*$", re.IGNORECASE)
PLATFORM = re.compile(r"\b(?:i ?os|iphone|ipad|android|mac\w*|windows)", re.IGNORECASE)
PROGRAM = re.compile(r"outlook|mail|yahoo|proton|spark|superhuman|missive|canary|edison|ياهو|بريد", re.IGNORECASE)
MOST_LETTERS, MOST_WORDS = 110, 9
# What a device adds names itself, or is at least no sentence: "Sent by DHL on Monday, not here yet." is somebody's own.
DEVICE = re.compile(
    r"phon|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|redmi|oppo|vivo|honor|nokia|sony|lg\b|motorola|pixel|black ?berry|outlook|mail"
    r"|yahoo|proton|spark|superhuman|missive|hey\b|icloud|tutanota|tuta\b|canary|unibox|shortwave|\b(?:nine|front)\W*$|邮箱|почт|приложени|windows|mobil|handy|telefon|téléphone|teléfono|celular|tablet|device|gerät|appareil"
    r"|dispositiv|enhet|app\b|https?:|هاتف|جوال|موبايل|آيفون|ايفون|أيفون|آيباد|ياهو|بريد|تطبيق|جهاز|телефон|手机|手機|スマート|휴대|갤럭시"
    r"|آئی فون|גלקסי|אייפון"
    r"|טלפון|نسخه|گوشی", re.IGNORECASE)
SENTENCE = re.compile(r"[,،;؛]|\w[.!?؟](?:\s|$)")


def is_of_a_device(plain: str) -> bool:
    """`plain` is a line as plainly() gives it."""
    if not plain or len(plain) > MOST_LETTERS:
        return False
    names_device = bool(DEVICE.search(plain))
    if not names_device:
        return False
    if SENT_FROM.search(plain):
        return True
    if SENTENCE.search(plain.rstrip(" .!")) or len(plain.split()) > MOST_WORDS:
        return False
    return bool(SENT_AT_END.search(plain) or (PLATFORM.search(plain) and PROGRAM.search(plain) and GET.search(plain)))
