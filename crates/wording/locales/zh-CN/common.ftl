brand = 回音
