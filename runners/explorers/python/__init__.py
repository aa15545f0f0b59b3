"""The search for Python: started as `python FOLDER/python request.json`, streams observations of one module. Runs on Python 3.9 and later."""
