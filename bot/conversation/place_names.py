"""Places and abbreviations that name a time zone and that CLDR does not have. Data for `time_zones`."""

from __future__ import annotations

PLACES = {
    "Europe/Berlin": "munich, munchen, hamburg, frankfurt, cologne, koln, stuttgart, heidelberg, tubingen, karlsruhe, "
    "dresden, bonn, aachen, darmstadt, gottingen, freiburg, leipzig, nuremberg, nurnberg, erlangen, dusseldorf, "
    "dortmund, essen, bremen, hannover, hanover, mainz, mannheim, potsdam, jena, kiel, saarbrucken, wurzburg, ulm, "
    "munster, bavaria, bayern, мюнхен, гамбург, 慕尼黑, 汉堡, ミュンヘン",
    "Europe/Zurich": "geneva, geneve, genf, lausanne, basel, bern, lugano, eth, epfl, женева, 日内瓦",
    "Europe/Paris": "lyon, grenoble, toulouse, nice, marseille, strasbourg, lille, bordeaux, nantes, rennes, "
    "montpellier, saclay, лион",
    "Europe/London": "uk, england, britain, great britain, scotland, wales, oxford, cambridge, edinburgh, manchester, "
    "bristol, glasgow, birmingham, leeds, liverpool, sheffield, southampton, nottingham, bath, warwick, cardiff, "
    "belfast, inglaterra, англия, британия, 英国, 英國, イギリス, 牛津, 剑桥, лондон",
    "Europe/Madrid": "barcelona, valencia, seville, sevilla, bilbao, zaragoza, malaga, granada, salamanca, барселона, "
    "巴塞罗那",
    "Europe/Rome": "milan, milano, turin, torino, pisa, bologna, trieste, padua, padova, florence, firenze, naples, "
    "napoli, genoa, genova, venice, venezia, roma, милан, 米兰, ミラノ",
    "Europe/Amsterdam": "holland, delft, leiden, utrecht, eindhoven, groningen, nijmegen, rotterdam, the hague, twente",
    "Europe/Brussels": "leuven, ghent, antwerp, liege",
    "Europe/Vienna": "graz, linz, innsbruck, salzburg, wien, вена",
    "Europe/Stockholm": "gothenburg, goteborg, uppsala, lund, linkoping, malmo, umea",
    "Europe/Copenhagen": "aarhus, odense, aalborg, kobenhavn",
    "Europe/Oslo": "trondheim, bergen, tromso",
    "Europe/Helsinki": "espoo, tampere, oulu, turku",
    "Europe/Warsaw": "krakow, cracow, wroclaw, poznan, gdansk, lodz, warszawa",
    "Europe/Prague": "czech republic, brno, praha",
    "Europe/Lisbon": "porto, coimbra, braga, lisboa",
    "Europe/Athens": "thessaloniki, heraklion, patras",
    "Europe/Dublin": "galway, cork",
    "Europe/Kyiv": "kiev, lviv, kharkiv, odesa, odessa, київ, львов, харьков, одесса",
    "Europe/Moscow": "saint petersburg, st petersburg, sankt peterburg, spb, kazan, nizhny novgorod, dolgoprudny, "
    "санкт-петербург, питер, спб, мск, казань, нижний новгород, воронеж, ростов, краснодар, долгопрудный, москве, "
    "莫斯科, 圣彼得堡",
    "Europe/Istanbul": "turkey, ankara, izmir",
    "America/New_York": "boston, philadelphia, washington, washington dc, atlanta, pittsburgh, princeton, miami, "
    "ithaca, baltimore, new york city, nyc, ann arbor, cambridge ma, eastern, new haven, providence, durham, raleigh, "
    "charlotte, orlando, gainesville, cleveland, columbus, buffalo, rochester, detroit, mit, massachusetts, florida, "
    "new jersey, pennsylvania, virginia, maryland, georgia tech, ohio, michigan, north carolina, connecticut, nueva "
    "york, нью-йорк, бостон, 纽约, 波士顿, 华盛顿, ニューヨーク, ボストン",
    "America/Chicago": "austin, dallas, houston, madison, minneapolis, st louis, champaign, urbana, central, "
    "nashville, new orleans, milwaukee, kansas city, san antonio, texas, illinois, wisconsin, minnesota, tennessee, "
    "芝加哥, 休斯顿, 达拉斯",
    "America/Denver": "boulder, salt lake city, albuquerque, mountain, colorado, utah, new mexico, los alamos",
    "America/Phoenix": "tucson, tempe, arizona",
    "America/Los_Angeles": "california, seattle, san francisco, san jose, san diego, palo alto, stanford, berkeley, "
    "pasadena, portland, bay area, la, mountain view, pacific, sf, silicon valley, irvine, santa barbara, "
    "sacramento, las vegas, oregon, nevada, сан-франциско, сиэтл, 旧金山, 舊金山, 西雅图, 硅谷, "
    "サンフランシスコ, シアトル",
    "Pacific/Honolulu": "hawaii",
    "America/Toronto": "ottawa, waterloo, montreal, quebec, ontario, hamilton, mcgill, монреаль, 多伦多, 蒙特利尔",
    "America/Vancouver": "victoria, british columbia, 温哥华",
    "America/Edmonton": "calgary, alberta",
    "America/Mexico_City": "cdmx, guadalajara, puebla, ciudad de mexico, df, queretaro, leon, мехико, 墨西哥城",
    "America/Sao_Paulo": "campinas, rio de janeiro, rio, brasilia, belo horizonte, curitiba, porto alegre, "
    "florianopolis, рио, 圣保罗, 里约热内卢",
    "America/Argentina/Buenos_Aires": "rosario, la plata, caba, 布宜诺斯艾利斯",
    "America/Bogota": "medellin, cali, barranquilla",
    "America/Santiago": "valparaiso, concepcion, santiago de chile",
    "America/Lima": "arequipa, cusco, trujillo",
    "America/Guayaquil": "quito",
    "America/Caracas": "maracaibo",
    "Asia/Shanghai": "beijing, shenzhen, guangzhou, hangzhou, nanjing, wuhan, chengdu, hefei, xi'an, xian, tianjin, "
    "chongqing, suzhou, harbin, changsha, xiamen, qingdao, dalian, jinan, pekin, pequin, peking, пекин, шанхай, "
    "北京, 上海, 深圳, 广州, 廣州, 杭州, 南京, 武汉, 武漢, 成都, 合肥, 西安, 天津, 重庆, 重慶, 苏州, 哈尔滨, 长沙, "
    "厦门, 青岛, 大连, 济南, 郑州, 沈阳, 中国, 中國, 大陆",
    "Asia/Hong_Kong": "香港, hongkong, hk",
    "Asia/Taipei": "hsinchu, taichung, kaohsiung, tainan, 台北, 臺北, 台湾, 臺灣, 新竹, 台中, 高雄, 台南, тайбэй",
    "Asia/Tokyo": "kyoto, osaka, nagoya, tsukuba, sapporo, fukuoka, sendai, yokohama, hiroshima, kobe, okinawa, 東京, "
    "东京, 日本, 京都, 大阪, 名古屋, つくば, 札幌, 福岡, 仙台, 横浜, 広島, 神戸, токио, осака, киото, tokio",
    "Asia/Seoul": "korea, south korea, daejeon, pohang, busan, incheon, kaist, 서울, 대전, 부산, 한국, 韩国, 韓国, "
    "首尔, корея, сеул, corea",
    "Asia/Kolkata": "mumbai, delhi, new delhi, bangalore, bengaluru, chennai, hyderabad, pune, kanpur, kharagpur, "
    "ahmedabad, madras, bombay, calcutta, мумбаи, дели, бангалор, 班加罗尔, 孟买",
    "Asia/Karachi": "lahore, islamabad",
    "Asia/Dhaka": "chittagong",
    "Asia/Jerusalem": "haifa, tel aviv, rehovot, beer sheva, тель-авив, 特拉维夫",
    "Asia/Tehran": "isfahan, shiraz, mashhad",
    "Asia/Dubai": "abu dhabi, uae, emirates, дубай",
    "Asia/Riyadh": "thuwal, jeddah, kaust",
    "Asia/Ho_Chi_Minh": "hanoi, saigon, da nang, ho chi minh city, ханой",
    "Asia/Jakarta": "bandung, surabaya, yogyakarta",
    "Asia/Singapore": "nus, ntu",
    "Asia/Bangkok": "chiang mai",
    "Asia/Manila": "quezon city, cebu",
    "Asia/Almaty": "astana, nur-sultan, астана",
    "Australia/Sydney": "canberra, newcastle, wollongong, new south wales, 悉尼",
    "Australia/Melbourne": "victoria australia",
    "Australia/Brisbane": "gold coast, queensland",
    "Pacific/Auckland": "wellington, christchurch, dunedin, hamilton nz",
    "Africa/Johannesburg": "cape town, pretoria, durban, stellenbosch",
    "Africa/Cairo": "alexandria, giza",
    "Africa/Casablanca": "rabat, marrakesh, fes",
    "Africa/Lagos": "abuja, ibadan",
    "Asia/Novosibirsk": "akademgorodok",
    "UTC": "gmt, z, greenwich, universal, utc, zulu",
}
"""Places by zone, separated by commas, as `time_zones.plain` writes them."""

ABBREVIATIONS = {
    "et": ("America/New_York",),
    "est": ("America/New_York",),
    "edt": ("America/New_York",),
    "ct": ("America/Chicago",),
    "cst": ("America/Chicago", "Asia/Shanghai", "Asia/Taipei"),
    "cdt": ("America/Chicago",),
    "mt": ("America/Denver",),
    "mst": ("America/Denver", "America/Phoenix"),
    "mdt": ("America/Denver",),
    "pt": ("America/Los_Angeles",),
    "pst": ("America/Los_Angeles",),
    "pdt": ("America/Los_Angeles",),
    "akst": ("America/Anchorage",),
    "hst": ("Pacific/Honolulu",),
    "ast": ("America/Halifax", "Asia/Riyadh"),
    "nst": ("America/St_Johns",),
    "brt": ("America/Sao_Paulo",),
    "art": ("America/Argentina/Buenos_Aires",),
    "bst": ("Europe/London",),
    "wet": ("Europe/Lisbon",),
    "west": ("Europe/Lisbon",),
    "cet": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome"),
    "cest": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome"),
    "met": ("Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Rome"),
    "mez": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
    "mesz": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
    "eet": ("Europe/Athens", "Europe/Helsinki", "Europe/Kyiv", "Europe/Bucharest"),
    "eest": ("Europe/Athens", "Europe/Helsinki", "Europe/Kyiv", "Europe/Bucharest"),
    "msk": ("Europe/Moscow",),
    "trt": ("Europe/Istanbul",),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "pkt": ("Asia/Karachi",),
    "gst": ("Asia/Dubai",),
    "wib": ("Asia/Jakarta",),
    "ict": ("Asia/Bangkok", "Asia/Ho_Chi_Minh"),
    "sgt": ("Asia/Singapore",),
    "hkt": ("Asia/Hong_Kong",),
    "jst": ("Asia/Tokyo",),
    "kst": ("Asia/Seoul",),
    "awst": ("Australia/Perth",),
    "acst": ("Australia/Adelaide", "Australia/Darwin"),
    "aest": ("Australia/Sydney", "Australia/Melbourne", "Australia/Brisbane"),
    "aedt": ("Australia/Sydney", "Australia/Melbourne"),
    "nzst": ("Pacific/Auckland",),
    "nzdt": ("Pacific/Auckland",),
    "sast": ("Africa/Johannesburg",),
    "eat": ("Africa/Nairobi",),
    "wat": ("Africa/Lagos",),
}
"""Abbreviations of zones, and the places that people mean by them, the likeliest first. A fixed offset is never meant:
who writes EST in summer wants New York's clock."""

WITHOUT_CLDR_NAME = dict.fromkeys(
    ("usa", "us", "u.s.", "u.s.a.", "america", "eeuu", "ee. uu.", "сша", "америка", "美國", "米国", "アメリカ"), "US"
) | {"gb": "GB", "corea": "KR"}
"""Countries by names that CLDR does not have, with their codes."""

OF_TERRITORY = {
    "US": (
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Los_Angeles",
        "America/Phoenix",
        "America/Anchorage",
        "Pacific/Honolulu",
    ),
    "CA": (
        "America/Toronto",
        "America/Vancouver",
        "America/Edmonton",
        "America/Winnipeg",
        "America/Halifax",
        "America/St_Johns",
    ),
    "MX": ("America/Mexico_City", "America/Tijuana", "America/Hermosillo", "America/Cancun"),
    "BR": ("America/Sao_Paulo", "America/Manaus", "America/Rio_Branco", "America/Noronha"),
    "RU": (
        "Europe/Moscow",
        "Europe/Kaliningrad",
        "Europe/Samara",
        "Asia/Yekaterinburg",
        "Asia/Omsk",
        "Asia/Novosibirsk",
        "Asia/Irkutsk",
        "Asia/Yakutsk",
        "Asia/Vladivostok",
    ),
    "AU": ("Australia/Sydney", "Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin", "Australia/Perth"),
    "ID": ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"),
    "KZ": ("Asia/Almaty",),
    "CD": ("Africa/Kinshasa", "Africa/Lubumbashi"),
    "MN": ("Asia/Ulaanbaatar",),
    "AR": ("America/Argentina/Buenos_Aires",),
    "CL": ("America/Santiago",),
    "CN": ("Asia/Shanghai",),
    "CY": ("Asia/Nicosia",),
    "DE": ("Europe/Berlin",),
    "EC": ("America/Guayaquil",),
    "ES": ("Europe/Madrid",),
    "GL": ("America/Nuuk",),
    "MY": ("Asia/Kuala_Lumpur",),
    "NZ": ("Pacific/Auckland",),
    "PS": ("Asia/Gaza",),
    "PT": ("Europe/Lisbon",),
    "TH": ("Asia/Bangkok",),
    "UA": ("Europe/Kyiv",),
    "UZ": ("Asia/Tashkent",),
}
"""The zones that are meant by a country with several, those with most people first. One zone: its other ones are small
places, whose people name them."""
