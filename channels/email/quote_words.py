"""The words by which mail programs in many languages introduce what they quote or forward. Data, in lower case."""

import re
import unicodedata

LABELS = {
    "from": ("from|von|de|da|van|från|fra|lähettäjä|od|feladó|от|від|від кого|от кого|kimden|gönderen|šalje|pošiljatelj|de la|expeditor"
             "|saatja|nadawca"
            "|expéditeur|remitente|mittente|absender|afsender|avsändare|avsender|odesílatel|odosielateľ|отправитель|відправник|remetente"
            "|afzender"
            "|από|מאת|من|المرسل|مرسل|از|فرستنده|منجانب|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|người gửi|từ|dari|kellelt"
            "|nuo|no|ผู้ส่ง|จาก|expeditorul|daripada|frá|nork|шаље|од|ад|кімнен|kimdən|nga|oddi wrth|प्रेषक|ვისგან|ումից|kutoka|mula sa"),
    "to": ("to|an|à|pour|kome|primatelj|a|para|naar|aan|till|til|vastaanottaja|do|komu|címzett|кому|kime|alıcı|prima|za|către|saajad"
           "|kellele|adresat"
           "|destinataire"
          "|destinatario|destinatário|empfänger|modtager|mottagare|mottaker|příjemce|príjemca|pre|dla|προς|אל|إلى|الى|المستلم|به|گیرنده"
          "|بنام"
          "|收件人|收件者|宛先|받는 사람|받는사람|kepada|đến|người nhận|kam|ถึง|adresát|saaja|ontvanger|получатель|destinatarul|adressaat"
          "|per a|per|nori|tới|gửi đến|прима|до|за|каму|кімге|kimə|për|प्रति|प्राप्तकर्ता|ում|kwa|para sa"),
    "cc": ("cc|kopie|kópia|kopia|kopio|kopi|kopija|koopia|dw|udw|másolat|másolatot kap|копия|копія|bilgi|copie|copie à|copia|cópia"
           "|con copia"
          "|kopie an|نسخة|نسخة إلى|نسخه|رونوشت|抄送|kopie (cc)|κοιν.|副本|참조|κοιν|κοινοποίηση|עותק|tembusan|สำเนา|cópia para"
          "|copie carbon|kopiya|másolat|kp|sk|a c|c/c|a/c|копие|копија|afrit|העתק|kopijja|kopja"),
    "subject": ("subject|naslov|betreff|objet|sujet|asunto|oggetto|onderwerp|ämne|emne|aihe|předmět|predmet|temat|tárgy|тема|konu|assunto"
                "|subiect|teema"
               "|θέμα|נושא|الموضوع|موضوع|عنوان|主题|主旨|主題|件名|제목|chủ đề|perihal|subjek|tema|ort|เรื่อง|titel"
                "|subiectul|zadeva|относно|efni|assumpte|gaia|наслов|предмет|temats|tēma|perkara|विषय|თემა|թեմա|mövzu|lënda|subjekti|pwnc"
                "|тақырып"),
    "date": ("date|dată|gönderilme|gönderim|datum|data|fecha|dato|päivämäärä|päiväys|dátum|дата|tarih|sent|gesendet|envoyé|enviado"
             "|enviada|enviado el|enviada em"
             "|enviado em"
            "|inviato|verzonden|verzonden op|skickat|sendt|lähetetty|odesláno|odoslané|odoslaná|wysłano|elküldve|küldve|küldés dátuma"
            "|отправлено"
            "|надіслано|отправлен|gönderildi|gönderilme tarihi|gönderme tarihi|trimis|poslano|saadetud|kuupäev|data wysłania"
            "|date d'envoi|dana"
            "|ημερομηνία|στάλθηκε|נשלח|תאריך|التاريخ|تاريخ|تاريخ الإرسال|تم الإرسال|أرسلت|أُرسلت|أرسل|تاریخ|ارسال شده|日期|发送时间"
            "|發送時間|寄件日期"
            "|日時|日付|送信日時|날짜|보낸 날짜|ngày|tanggal|sent at|sent on|senden|vrijeme|data e orës|time|data de envio"
            "|išsiųsta|nosūtīts|изпратено|датум|dagsetning|dihantar|dikirim|enviat|poslato|послато|відправлено|gönderilen|ส่ง|วันที่|đã gửi"
            "|ngày gửi|dërguar|दिनांक|तारीख|भेजा गया|tarix|göndərildi|寄件時間|傳送時間|送信日|보낸 시간|datums|изпратен|күні|date sent"),
    "reply_to": ("reply-to|reply to|antwort an|antworten an|répondre à|responder a|rispondi a|antwoord aan|svara till|svar til|vastaa"
                 "|odpovědět|odpověď"
                "|odpovedať|odpowiedz do|válasz|ответить|ответ|yanıtla|răspunde|odgovori|відповісти|الرد على|importance|priorité"
                "|wichtigkeit"
                "|priority|attachments|anlagen|pièces jointes|allegati|bijlagen|bcc|sender|organization|newsgroups|message-id"
                "|reply-to address"),
}

FORWARD = re.compile(
    r"forward|weitergeleit|transf[eé]r|transmis|r[eé]?envi|reencaminh|encaminh|inoltra|doorgestuur|doorgezonden|vidarebefordr"
    r"|vid[ae]resen|edelleenlähet"
    r"|välitet|uudelleenlähet|edastat|přepos|přesm|předan|prepos|postúpen|preposlan|proslije|przekaz|przesłan|továbbít|redirec|redirij"
    r"|перес[лы]|перенаправл|пересила|переадр|iletil|ileti başl|yönlendir|מועבר|הועבר|προωθ|تحويل|محول|المحوّل|معاد توجيه|المُعاد"
    r"|إعادة توجيه"
    r"|أعيد توجيه"
    r"|هدایت|بازارسال|转发|轉寄|转寄|転送|전달|chuyển tiếp|terusan|teruskan|persiųst|pārsūt|ส่งต่อ|réexp|препрат|пренасоч|прослеђ|birbidal"
    r"|áframsend|posredovan|yönləndir|अग्रेषित", re.IGNORECASE)
ORIGINAL = re.compile(
    r"reply mess|antwort.?nachricht|original|originale|ursprüngliche|ursprünglich|d'origine|oorspronkelijk|ursprungl|opprinnelig"
    r"|oprindelig|alkuperäinen|původní"
    r"|pôvodn|oryginaln"
    r"|eredeti|исходное|оригинал|orijinal|özgün|izvorn|algne|початков|оригіна|αρχικό|מקורית|الأصلية|الاصلية|اصلی|原始|オリジナル"
    r"|元のメッセージ|원본|gốc",
    re.IGNORECASE)
MESSAGE_WORD = re.compile(
    r"messag|nachricht|mail|mensa|mesaj|bericht|meddel|melding|viesti|zpráv|správ|wiadomo|üzenet|сообщ|письм|лист|повідом|ileti|poruk"
    r"|kiri|sõnum"
    r"|الرسالة|رسالة|پیام|邮件|郵件|消息|信件|メッセージ|메시지|메일|μήνυμα|הודעה|pesan|thư|besked|mejl|levél|laišk|vēstul|съобщ|sporočil|skilaboð"
    r"|missatg|mezu|порук|ข้อความ|संदेश", re.IGNORECASE)

WROTE_WORDS = frozenset((
    "wrote writes said quoting zitat citando citat schrieb geschrieben schreibt écrit écrivait escribió escribio escrito dijo"
    " scritto scrive escreveu schreef geschreven skrev följande kirjoitti napsal napsala píše napísal napísala napisał napisała"
    " pisze írta написал написала написав писал писала пишет пише написа yazdı yazmış scris napisao napisala kirjutas έγραψε viết"
    " menulis escriure parašė rašė rašo rakstīja raksta כתב כתבה كتب كتبت يكتب كتابة نوشت لکھا napisal napisali написао написала напиша"
    " skrifaði skrifar idatzi isinulat escribiu жазды yazıb shkroi yozdi लिखा எழுதியது skryf ysgrifennodd"
).split())
WROTE_PARTS = ("写道", "寫道", "写了", "書きました", "のメッセージ", "작성", "쓴 글", "씀", "のメール", "เขียน")
WORD = re.compile(r"[^\W\d_]+")
ON = re.compile(
    r"^(?:on|at|am|le|el|il|op|den|på|em|no dia|dne|dňa|w dniu|dnia|den|vào|pada|στις|dana|u|la|pe|în|på|na|на|þann|noong|v|o|в|у"
    r"|kuupäev|ב|ב-|בתאריך|في|بتاريخ|يوم|در|于"
    r"|在)\b", re.IGNORECASE)

TIME = re.compile(r"\d{1,2}\s?[:.h٫]\s?\d{2}(?!\d)")
"""Of a day, as people of any country write it."""
FORWARD_PREFIX = re.compile(
    r"^\W{0,2}(?:fwd?|wg|tr|rv|enc|i|vs|vb|pd|doorst|vl|pz|ynt?: ?fw|i̇lt|ilt|továbbítás|továbbítva|továb|fs|videresend|videresendt"
    r"|redir|přeposláno|přep|odp: ?fw"
    r"|переслать|пересл|переслано|перенаправлено|пересилання|إعادة توجيه|تحويل|محوّل|محول|转发|轉寄|転送|전달|προώθ|ΠΡΘ|fv|edastatud"
    r"|edasi|proslijeđeno|прсл|пд|пер"
    r"|forward|הועבר|הע|هدایت|إحالة|إعادة إرسال|vidarebefordrat|prosleđeno|прослеђено|pr|pers|pārs|转寄|轉發)\.?\s*[:：]\s*",
    re.IGNORECASE)
# "VS:" forwards in Norwegian and answers in Finnish and Danish.
EITHER_PREFIX = re.compile(r"^\W{0,2}vs\s*:", re.IGNORECASE)
ABOVE_THIS_LINE = re.compile(
    r"(?:reply|answer|respond|write|type)[^.]{0,30} above this line|above this line[^.]{0,20} reply|antwort\w* (?:bitte )?(?:über|oberhalb)"
    r"|répon\w+[^.]{0,20} (?:au-dessus|ci-dessus)|(?:رد|ردك|الرد|ردكم)[^.]{0,20} (?:فوق|أعلى|اعلى) هذا (?:السطر|الخط)", re.IGNORECASE)
REPLY_PREFIX = re.compile(
    r"^\W{0,2}(?:re|aw|antw?|sv|vs|rif|r|odp|odpověď|res|ref|vá|válasz|отв?|ответ|відп|ynt|ylt|yanıt|rép|ant|رد|ردّ|الرد|پاسخ|回复"
    r"|回覆|答复"
    r"|返信|회신|답장|απ|ΑΠ|השב)"
    r"(?:\[\d+\])?\.?\s*[:：]", re.IGNORECASE)

MAX_LINE = 2_000
BIDI = re.compile("[\u064b-\u0652\u0670\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
LABEL_WORDS = [label for labels in LABELS.values() for label in labels.split("|")]
LABEL_KINDS = {BIDI.sub("", label).casefold(): kind for kind, labels in LABELS.items() for label in labels.split("|")}


def plainly(line: str) -> str:
    """A line for matching: nothing invisible, no Arabic vowel signs, one kind of space, composed letters."""
    if line.isascii():
        return line[:MAX_LINE].strip()
    return unicodedata.normalize("NFC", BIDI.sub("", line[:MAX_LINE])).replace("\u00a0", " ").replace("\u202f", " ").strip()


def says_wrote(plain: str) -> bool:
    """Is a word for "wrote" among the words?"""
    return not WROTE_WORDS.isdisjoint(WORD.findall(plain.lower())) or any(part in plain for part in WROTE_PARTS)


def label_kind(text: str) -> str | None:
    """"from", "to", "cc", "subject", "date" or "reply_to" for what stands before a colon."""
    return LABEL_KINDS.get(text.strip(" *_\t").casefold()) if len(text) <= 40 else None
