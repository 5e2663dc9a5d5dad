"""The main job of dsctl, step by step: played by ``make demo``, proved by ``tests/cluster/test_demo.py``."""
