"""Pages as templates: `base.html` is the sheet that every page is written on."""
