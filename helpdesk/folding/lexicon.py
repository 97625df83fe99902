"""Word tables of the trade for the stemmer, all in folded spelling."""

# Broken plurals (folded) -> singular (folded): no suffix rule finds these.
BROKEN_PLURALS = dict(
    pair.split("/")
    for pair in (
        "اجهزه/جهاز قطع/قطعه فواتير/فاتوره عملاء/عميل زبائن/زبون زباين/زبون عناوين/عنوان مشاكل/مشكله اعطال/عطل ارقام/رقم اسعار/سعر "
        "صور/صوره رسوم/رسم فروع/فرع طرود/طرد شواحن/شاحن بطايق/بطاقه مواعيد/موعد ايام/يوم اسابيع/اسبوع اشهر/شهر شهور/شهر "
        "رسايل/رساله رسائل/رساله مبالغ/مبلغ حسابات/حساب بنوك/بنك اسباب/سبب اوامر/امر عروض/عرض منتجات/منتج اصناف/صنف الوان/لون "
        "احجام/حجم مقاسات/مقاس ملابس/ملبس احذيه/حذاء هدايا/هديه كراتين/كرتون صناديق/صندوق مفاتيح/مفتاح ازرار/زر اسلاك/سلك "
        "كيابل/كيبل كوابل/كيبل اجزاء/جزء ادوات/اداه مراوح/مروحه ساعات/ساعه سماعات/سماعه ابواب/باب اقفال/قفل شكاوي/شكوي "
        "طلبيات/طلب حقوق/حق شروط/شرط مراكز/مركز مندوبين/مندوب مناديب/مندوب شركاء/شريك موظفين/موظف فنيين/فني اخطاء/خطا "
        "وثايق/وثيقه وثائق/وثيقه مستندات/مستند اوراق/ورقه خدمات/خدمه برامج/برنامج تقارير/تقرير نسخ/نسخه اكياس/كيس "
        "ضمانات/ضمان عيوب/عيب خدوش/خدش كسور/كسر اطفال/طفل مواد/ماده مدن/مدينه مناطق/منطقه احياء/حي تجار/تاجر "
        "متاجر/متجر بائعين/بائع باعه/بائع نتايج/نتيجه وسايل/وسيله طرق/طريقه خيارات/خيار حوادث/حادث اضرار/ضرر "
        "قنوات/قناه شاشات/شاشه غسالات/غساله ثلاجات/ثلاجه دفعات/دفعه اقساط/قسط ايصالات/ايصال "
        "حوالات/حواله جوالات/جوال لابتوبات/لابتوب شبابيك/شباك ستاير/ستاره اغطيه/غطاء"
    ).split()
)

# Stems whose first letter is their own, never a prefix (و ف ب ل ك س ي ت). Compared after the suffixes are off.
OWN_FIRST = frozenset(
    (
        "وصل وصول وصال واصل وقت وقف واحد وارد وكال وكيل وسيل وظيف ورقه ورش وزن وضع وضح واضح وعد واتس واتساب ويب وقع موقع ولد وجد وجه "
        "وثيق وفر وفا وسط وطن واي وحد وقود وصف وصفه ورد والد واجه واجب بطار بطاق بلاغ برنامج بيان باب بريد بنك بايع بدل بديل برد بيت "
        "بلد بعد بعض باق باقي بلاستيك بلايستيش بلايستيشن بصم بروتين برج براد بخار بسيط بشكل بضاع بضائع بلوتوث باور بكس بكج بتاريخ بطيء "
        "بطي بطاطا بلاط بدون كهرب كهربا كمبيوتر كامير كابل كيبل كرت كرتون كارت كسر كشف كتاب كود كوبون كبير كامل كراس كرس كفال كفيل كلف "
        "كلفه كيس كنب كنسل كلم كلام كتب كفر فاتور فرع فحص فني فتح فتر فرق فيديو فيز فيش فلتر فرن فريق فارغ فستان فلوس فصل فراغ فقد فشل "
        "فلاش فوري فور فضل لوح لون لابتوب لاب ليزر لبس لعب لغ لمب لاصق لازم لطيف لحظ لصق لقط ليمون لمع لماذ لك سماع ساع سعر سداد ستار "
        "سلك سلع سيار سيرفر سبب سحب سجل سجاد ستيم سخان سكر سوق سيليكون سريع سرير سليم سلام سلم سنه سن سابق سوال سعود سيء سي يد يمين "
        "يوم يوتيوب يسار يقين ياسمين تاريخ تقرير تسليم توصيل تحويل تغليف تالف تلف تلفون تلفزيون تليفون تمام تبديل تمرير تطبيق تحديث "
        "تامين تامن تخزين ترقي تركيب تصليح تقسيط تعويض تتبع تذكر تحت توقيع تجار تاجر تاخير تاخر تاكيد تيم تابي تمار تغير تجرب تعليم "
        "تصوير تنظيف تكلف تجهيز تكييف توفر توفير تعليق تقييم تعامل "
    ).split()
)

# Words whose end only looks like a suffix: the stemmer stops when it meets one.
OWN_LAST = frozenset(
    (
        "عنوان تامين تخزين فستان ميزان اسنان لسان انسان رمضان مجان ضمان تلفون تلفزيون تليفون كرتون ايفون صابون قانون مضمون زبون ليمون "
        "تموين بلايستيشن يمين ثمين تحسين تعيين سيليكون كومبيوتر استهلاك شباك بنك شريك اشتراك سماعات جهاز مندوب وصل وصول ياسمين سلمان "
        "سليمان عثمان مكان زمان دخان اسطوان جيران مجاني دكان برلمان لبنان عمان ايران بيان فنجان نيسان بستان اعلان بلاستيك باتك محرك "
        "شارك ادراك ارباك بلوك فيسبوك تيكتوك كيك ملك وقت بيت انترنت بلوتوث بنت كرت تحت صوت زيت ثابت موقت ستانلس ترانزيت كونكت ياقوت "
        "هناك تمويل سخان غسان عدنان خزان حصان ميدان برهان الوان "
    ).split()
)

# English words whose forms no suffix rule joins.
IRREGULAR = dict(
    pair.split("/")
    for pair in (
        "sent/send paid/pay broke/break broken/break bought/buy came/come gone/go went/go got/get gotten/get found/find lost/lose "
        "chosen/choose chose/choose taken/take took/take given/give gave/give men/man women/woman children/child feet/foot left/leave "
        "sold/sell told/tell said/say made/make kept/keep wrote/write written/write spoke/speak spoken/speak stolen/steal worn/wear "
        "torn/tear froze/freeze frozen/freeze batteries/battery series/series news/news always/always this/this was/was has/has its/its "
        "does/does yes/yes gas/gas address/address addresses/address bus/bus buses/bus status/status statuses/status lens/lens lenses/lens "
        "during/during nothing/nothing something/something anything/anything everything/everything morning/morning evening/evening "
        "ceiling/ceiling string/string earring/earring earrings/earring need/need speed/speed shed/shed cancelled/cancel canceled/cancel "
        "cancelling/cancel canceling/cancel cancellation/cancel delivery/deliver deliveries/deliver labelled/label travelling/travel "
        "refundable/refund washer/washer sunday/sunday"
    ).split()
)
