"""Pages for people: figures as one HTML file that stands alone, in English or Chinese."""
