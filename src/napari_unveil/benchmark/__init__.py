"""How good a separation is: simulated beamtimes, methods old and new, and one table that anybody can make again."""
