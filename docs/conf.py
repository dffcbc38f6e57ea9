"""Sphinx settings of the site. ``python -m ccg site`` lays out the pages and calls Sphinx with this file."""

from functools import cache
from pathlib import Path

import yaml
from sphinx.search.en import SearchEnglish

# the index of the search takes each word to its stem, most of them on hundreds of pages: once each
SearchEnglish.stem = cache(SearchEnglish.stem)

project = "England’s CCGs, 2013–2022"
author = "The england-ccgs authors"
copyright = "The england-ccgs authors; data under the Open Government Licence v3.0"
language = "en-GB"

extensions = ["myst_nb", "sphinx_copybutton", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"

# notebooks are shown as they were committed; tests prove those outputs, a build does not run them
nb_execution_mode = "off"
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
nb_merge_streams = True
# what notebooks display as Markdown has tables, as in JupyterLab; the default knows none
nb_render_markdown_format = "gfm"
# the page of the functions is made from their docstrings, which name the types
autodoc_typehints = "none"
autodoc_preserve_defaults = True
add_module_names = False
napoleon_google_docstring = False
napoleon_use_rtype = False
# whatever a page needs is in the site: by default widgets come from elsewhere
nb_ipywidgets_js = {}
myst_update_mathjax = False
myst_heading_anchors = 3

templates_path = ["theme"]
html_theme = "furo"
html_title = project
html_favicon = "static/hexagon.svg"
html_static_path = ["static", "_build/parts/static"]
html_extra_path = ["_build/parts/extra"]
html_css_files = ["charts.css", "site.css"]
html_js_files = [("bodies.js", {"defer": "defer"}), ("site.js", {"defer": "defer"})]
# one address for all: url in CITATION.cff. Where it has none, pages name no address of theirs
_about = yaml.safe_load((Path(__file__).parent.parent / "CITATION.cff").read_text(encoding="utf-8"))
html_baseurl = _about.get("url", "")
html_copy_source = False
html_show_sourcelink = False
# Sphinx looks for this one from where it was started
html_search_scorer = str(Path(__file__).parent / "theme" / "scorer.js")
html_use_index = False
html_domain_indices = False
html_last_updated_fmt = None
# colours of code that everybody can read, in either mode
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

_type = (
    "'Source Sans Pro', 'Source Sans 3', system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"
)
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "font-stack": _type,
        "color-brand-primary": "#12436D",
        "color-brand-content": "#12436D",
        "color-brand-visited": "#12436D",
        "color-foreground-primary": "#0B0C0C",
        "color-foreground-secondary": "#3D3D3D",
        "color-foreground-muted": "#595959",
        "color-background-secondary": "#F7F7F5",
    },
    "dark_css_variables": {
        "color-brand-primary": "#9CCBF2",
        "color-brand-content": "#9CCBF2",
        "color-brand-visited": "#9CCBF2",
        "color-foreground-muted": "#A9AEB4",
    },
}

copybutton_selector = "div.cite pre"


def setup(app):
    """Bodies and charts are in no list of contents, so what leads on from them is made once for each folder."""
    made = {}

    def once(app, page, template, context, doctree):
        listed = {one for each in app.env.toctree_includes.values() for one in each}
        if page in listed or page == root_doc or "toctree" not in context:
            return
        tree, folder = context["toctree"], page.rpartition("/")[0]

        def of_folder(**asked):
            key = (folder, *sorted(asked.items()))
            if key not in made:
                made[key] = tree(**asked)
            return made[key]

        context["toctree"] = of_folder

    app.connect("html-page-context", once, priority=400)  # before the theme asks for it
