/* 焦点图轮换 */
(function () {
  var slides = document.querySelectorAll('.slide-item');
  if (slides.length < 2) { return; }
  var current = 0;
  slides[0].className = 'slide-item shown';
  setInterval(function () {
    slides[current].className = 'slide-item';
    current = (current + 1) % slides.length;
    slides[current].className = 'slide-item shown';
  }, 4000);
})();

/* 打开非政府网站链接前的提示 */
(function () {
  document.addEventListener('click', function (event) {
    var link = event.target.closest ? event.target.closest('a[href]') : null;
    if (!link || link.host === location.host || !/^https?:$/.test(link.protocol)) { return; }
    if (/(^|\.)gov\.cn$/.test(link.hostname)) { return; }
    if (!window.confirm('您访问的链接即将离开本网站，是否继续？')) { event.preventDefault(); }
  });
})();
