"""The page for citizens: what the hotline can do, in a browser, for anybody; whole without scripts."""
