"""Reconcile: every invariant of the stored value as a query that must find nothing."""
