"""The spiking network: conversion with its checks, and the classifier that runs on Akida."""
