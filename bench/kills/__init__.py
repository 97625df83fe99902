"""Killing the product at named points while mail comes in and answers leave, and counting afterwards what is lost or there twice."""
