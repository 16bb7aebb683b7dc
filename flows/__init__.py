"""Prefect flows, thin: take the process's App and its `now`, call one service, publish, return counts.

Deployments name them by string (`flows.track_task.track_task`); nothing imports them.
"""
