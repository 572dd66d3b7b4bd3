"""What a notice board 公示牌 says and shows: words, their digest, the map, the code. Django-free."""
