"""The page: plain HTML, CSS and ES modules, served as they are; nothing in it comes from elsewhere."""
