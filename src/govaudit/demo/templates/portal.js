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
