print("aftertone")
