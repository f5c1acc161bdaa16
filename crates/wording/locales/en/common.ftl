brand = Huiyin
