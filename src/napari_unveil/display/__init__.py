"""DISPLAY: pixels enter; the scale on which they are shown and the limits between which they are leave. No torch."""
