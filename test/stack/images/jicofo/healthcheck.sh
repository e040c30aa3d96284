#!/bin/sh
exec curl --fail-with-body -s http://127.0.0.1:8888/about/health
