"""placeholder"""
def briefing_html(incident): return ""
