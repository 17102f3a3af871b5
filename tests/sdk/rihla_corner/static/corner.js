document.documentElement.dataset.corner = 'here';
