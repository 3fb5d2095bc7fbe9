"""Pages that hold every way of writing an address, for browsers and crawlers to show what they request."""

# ruff: noqa: E501 - one reference after the other

from __future__ import annotations

HOSTS = ("x.cn", "y.cn", "xn--fiq228c.cn", "z.cn:8080", "three-slashes.y.cn")
HEAD = "<!DOCTYPE html><html><head><title>页</title>"

PAGES: dict[str, tuple[str, str, str]] = {
    "/u/anchors.html": (
        "text/html; charset=utf-8", "utf-8",
        HEAD + "</head><body>" + "".join(f'<a href="{raw}">x</a>' for raw in [
            "plain.html", " spaces in path.html ", "tab\there.html", "line\nbreak.html", "/中文/路径.html",
            "q.html?q=中文&amp;b=a b", "q.html?it's=\"&lt;&gt;".replace('"', "&quot;"), "back\\slash.html", "\\root\\b.html",
            "\\\\Y.CN\\share", "./d/./e/../f.html", "../../../up.html", "%2e%2e/enc.html", "a/%2E/b.html",
            ".%2e/c.html", "p;params;a=b/c.html;x", "frag.html#中文", "only.html?#", "?query-only=1", "?", "#nothing",
            "HTTP://X.CN:80/Case.HTML", "http://X.Cn:080/port.html", "http:same-scheme.html", "http:/one-slash.html",
            "http:///three-slashes.y.cn/x", "//y.cn:80/protocol-relative", "///y.cn/three", "http://y.cn",
            "http://中文.cn/idn", "http://ｙ.cn/wide", "http://y。cn/ideographic-stop", "http://z.cn:8080/port",
            "http://y.cn?no-path",
            "semi;colon", "%zz.html", "%41%7e~.html", "{curly}|pipe^caret`tick.html", "[brackets].html?[a]=|{}^`",
            "q.html?a=%e4%b8%ad", "dots...html", "trailing./x.html", ".../y.html", "colon:80/x", "./colon:80/x",
            "a//b///c.html", "/a//../b.html", "&#xFEFF;bom.html", "&nbsp;nbsp.html", "　wide-blank.html",
            "emoji😀.html?😀", "&#0;nul.html", "&copy=1.html", "?a=1&copy=2&amp=3", "x&#13;y.html", "é.html?é=é",
            "ftp://y.cn/x", "mailto:a@y.cn", "tel:123", "//", "http://", "http://[bad/", "http://y.cn:99999/", "h",
            "http://x.cn\\@y.cn/at", "x?a=\\b", "%5Cx\\y", "?a#b?c", "a?b?c=d", "1.html?%", "/%00.html", "/%E4%B8.html",
            "/u/anchors.html", "https:same", "http://y.cn:/empty-port", "http:y.cn/rel", "/~/x", "//y.cn\\z",
        ]) + "<map name=m><area href='area 中.html' alt=x shape=default></map><img usemap=#m></body>",
    ),
    "/g/anchors.html": (
        "text/html; charset=gbk", "gb18030",
        HEAD + "</head><body>" + "".join(f'<a href="{raw}">x</a>' for raw in [
            "/中文/路径.html", "s.do?q=中文", "s.do?q=镕&amp;x=㐀", "s.do?q=€", "s.do?q=한글", "s.do?q=丂~", "s.do?q=😀",
            "s.do?q='中'", "s.do?a b=中#碎", "http://y.cn/s?q=中", "s.do?q=%D6%D0", "s.do?q=&#20013;", "s.do?q=é",
            "中?中#中", "//y.cn?中", "s.do?q=·—…“”", "s.do?q=①㈱㎎", "javascript:void('中')",
            "mailto:a@y.cn?subject=中", "\\\\y.cn\\中?中", "s.do?q=　", "s.do?q=嘂\u3400",
        ]) + "<img src='图 片.gif?名=图'><script src='脚?本'></script></body>",
    ),
    "/g18/anchors.html": (
        "text/html; charset=gb18030", "gb18030",
        HEAD + "</head><body>" + "".join(
            f'<a href="s.do?{raw}">x</a>' for raw in ["q=中", "q=€", "q=㐀", "q=😀", "q=한", "q=é", "q=ḿ"]
        ),
    ),
    "/b/anchors.html": (
        "text/html; charset=big5", "big5hkscs",
        HEAD + "</head><body>" + "".join(
            f'<a href="s.do?{raw}">x</a>' for raw in ["q=政府", "q=€", "q=镕", "q=碁銹", "q=─"]
        ).replace("镕", "&#38229;").replace("€", "&euro;"),
    ),
    "/g/meta.html": (
        "text/html", "gb18030",
        HEAD.replace("<title>", "<meta http-equiv=Content-Type content='text/html; charset=gb2312'><title>")
        + "</head><body><a href='m?q=中'>x</a><img src='m.gif?q=图'></body>",
    ),
    "/u/base.html": (
        "text/html; charset=utf-8", "utf-8",
        HEAD + "<base target=_blank><base href='../other/path/x.html?q#f'><base href='/no/'></head><body>"
        "<a href='rel.html'>x</a><a href='?q'>x</a><a href='#f'>x</a><a href=''>x</a><a href='//y.cn/b'>x</a>"
        "<img src='i.png'><link rel=stylesheet href='based.css'></body>",
    ),
    "/u/base-host.html": (
        "text/html; charset=utf-8", "utf-8",
        HEAD + "<base href='//Y.cn/deep/'></head><body><a href='up/../rel.html'>x</a><a href='/abs'>x</a></body>",
    ),
    "/u/base-data.html": (
        "text/html; charset=utf-8", "utf-8",
        HEAD + "<base href='javascript:void(0)'></head><body><a href='js-base.html'>x</a></body>",
    ),
    "/u/base-empty.html": (
        "text/html; charset=utf-8", "utf-8",
        HEAD + "<base href=''><base href='/second/'></head><body><a href='empty-base.html'>x</a></body>",
    ),
    "/u/base-late.html": (
        "text/html; charset=utf-8", "utf-8",
        HEAD + "</head><body><a href='late-base.html'>x</a><base href='/late/'></body>",
    ),
    "/u/images.html": (
        "text/html; charset=utf-8", "utf-8",
        HEAD + "</head><body>"
        "<img src=' i 1.png '><img src='d/../i2.png?x=1&y=2'><img srcset='one.png 1x, two.png 2x'>"
        "<img srcset='comma,in,name.png, comma2.png 2x'><img srcset=' , lead.png 1x'><img srcset='tail.png,'>"
        "<img srcset='nospace.png 1x,glued.png 2x'><img srcset='paren.png 1x (a, b.png 2x)'>"
        "<img srcset='data:image/png;base64,xx 1x, after-data.png 2x'><img srcset='中 文.png'>"
        "<picture><source srcset='src.webp'><img></picture>"
        "<img data-src='lazy 1.png' class=l><img data-original='//y.cn/lazy2.png' class=l>"
        "<video src='v.mp4' poster='p 中.jpg'></video><video><source src='v2.mp4'></video><audio src='a.mp3'></audio>"
        "<input type=image src='in.png'><iframe src='frame one.html'></iframe><embed src='e.png'>"
        "<object data='o 1.png'></object><svg><image href='svg.png'/><image xlink:href='svg2.png'/></svg>"
        "<table background='bg t.gif'><tr><td background='td.gif'></table>"
        "<img src='&#32;ent&amp;x.png'><img src=unquoted.png?a=1&b=2><img src=''><img src='#'><img src='data:,x'>"
        "<script src=' s.js\n'></script><link rel=preload as=image href='pre.png'>"
        "<script>document.querySelectorAll('.l').forEach(i=>i.src=i.dataset.src||i.dataset.original)</script>"
        "</body>",
    ),
    "/u/styles.html": (
        "text/html; charset=utf-8", "utf-8",
        HEAD + "<link rel='StyleSheet' href='css/u.css'><link rel=stylesheet href='css/g.css'>"
        "<style>@import 'css/i1.css'; @import url(css/i2.css); @import url( 'css/i3.css' ) screen;"
        "@import\"css/i4.css\"; @import url(css/\\69 5.css);\n/* @import 'no.css'; url(no.png) */"
        ".a{background:url(b1.png)} .b{background-image: URL( 'b 2.png' )} .c{background:url(b3\\).png)}"
        ".d{background:url(\"b\\34 .png\"),url('b5.png')} .e::before{content:\"url(no2.png)\"}"
        "@font-face{font-family:f;src:url(f 1.woff)}"
        "@font-face{font-family:g;src:url('f2.woff2?中')} .g{font-family:g} .h{background:url()} "
        ".i{background:url(data:image/png;base64,xx)} .j{background:url(#x)} .k{background:url(b6.png?q=中)}"
        ".m{list-style-image:url(b8.png)} "
        ".o{background:url(//y.cn/b10.png)} .p{background:image-set(url(b11.png) 1x,url('b12.png') 2x)}</style></head><body>"
        + "".join(f"<div class={c}>字</div>" for c in "abcdeghijklmop")
        + "<b class='q r s t u'>x</b><b class=r>x</b><b class=s>x</b><b class=t>x</b><b class=u>x</b><ul><li class=m>x</ul>"
        '<p style="background:url(st1.png)">x</p><p style="background:url(&quot;st 2.png&quot;)">x</p>'
        "<p style='background:url(\"st\\33 .png\")'>x</p><p style=\"background:url('st4.png?中')\">x</p>"
        "<p style='background:URL(st6.png)'>x</p></body>",
    ),
    "/u/refresh.html": (
        "text/html; charset=utf-8", "utf-8", HEAD + "<meta http-equiv=refresh content=\"0; url='re fresh.html?中'\"></head>",
    ),
    "/u/refresh2.html": (
        "text/html; charset=utf-8", "utf-8", HEAD + "<meta http-equiv=refresh content='0;refresh2 target.html'></head>",
    ),
    "/u/refresh3.html": (
        "text/html; charset=utf-8", "utf-8", HEAD + "<meta http-equiv=refresh content='0,URL=refresh3.html?a=\"b'></head>",
    ),
    "/u/frames.html": (
        "text/html; charset=utf-8", "utf-8", HEAD + "</head><frameset><frame src='fr 1.html'><frame src='fr2.html?中'></frameset>",
    ),
}  # fmt: skip
SCRIPTS = {
    f"/s/{number}.html": script
    for number, script in enumerate(
        [
            "<p onclick=\"location.href='loc 1.html'\">x</p>",
            "<p onclick='location=\"loc2.html\"'>x</p>",
            "<p onclick=\"window.location = 'loc3.html?中'\">x</p>",
            "<p onclick=\"self.location='loc4.html'\">x</p>",
            "<p onclick=\"document.location.href='loc5.html'\">x</p>",
            "<p onclick=\"location.replace('loc6.html')\">x</p>",
            '<p onclick="location.assign(&quot;loc7.html&quot;)">x</p>',
            "<p onclick=\"window.open('open1.html','_blank','width=1')\">x</p>",
            "<p onclick=\"open('open2.html')\">x</p>",
            "<a href=\"javascript:window.open('open3.html')\">x</a>",
            "<a href=\"javascript:void(window.open('open4.html'))\">x</a>",
            "<a href=\"JavaScript:location.href='loc8.html'\">x</a>",
            "<a href=\" javascript:location='loc9.html'\">x</a>",
            "<a href=\"java\nscript:location='loc10.html'\">x</a>",
            "<a href=\"javascript:location='loc%20eleven.html'\">x</a>",
            "<p onclick=\"var id=5;location.href='/a/'+id+'.html'\">x</p>",
            "<p onclick='location.href=`tpl.html`'>x</p>",
            "<p onclick=\"location.href='esc\\x41\\u4e2d.html'\">x</p>",
            "<p onclick=\"top.location.href='loc12.html'\">x</p>",
            "<p onclick=\"parent.location='loc13.html'\">x</p>",
            "<p onclick=\"window['location']='loc14.html'\">x</p>",
            "<p onclick=\"location.hash='x'\">x</p>",
            "<p onclick=\"location.href='/b/'.concat('c')\">x</p>",
            "<p onclick=\"if(location.href=='cmp.html')return\">x</p>",
            "<p onclick=\"/*location.href='comment.html'*/\">x</p>",
            "<p onclick=\"location.href=('paren.html')\">x</p>",
            "<p onclick=\"var u='v.html';location.href=u\">x</p>",
            "<p onclick=\"window.open(url='named.html')\">x</p>",
            "<p onclick=\"window.open('a'+'b.html')\">x</p>",
            "<p onclick=\"window.open( 'open5.html' , 'w' )\">x</p>",
            "<p onclick=\"location.href='cond.html'||''\">x</p>",
            "<a href='#' onclick=\"window.open('open6.html');return false\">x</a>",
            "<p onclick=\"window.showModalDialog&&showModalDialog('modal.html')\">x</p>",
        ]
    )
}
SHEETS = {
    "/u/css/u.css": ("text/css", "@charset \"utf-8\"; @import 'sub/s.css'; .q{background:url(b 中.png)} @import 'late.css';"
                     ".r{background:url('中 文.png?中')}.s{background:url(../up.png)}"
                     "@namespace svg url(http://y.cn/svg);.a{behavior:url(no.htc);*background:url(no3.png);_color:url(no4.png)}".encode()),
    "/u/css/g.css": ("text/css", "@charset \"gbk\"; .t{background:url('图.png?图')}.u{background:url(图2.png)}".encode("gbk")),
}  # fmt: skip
