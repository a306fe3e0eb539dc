"""The 34 provincial divisions of China, their cities, and finding a province in a text.

Sources: GB/T 2260 (two-digit codes), Odoo's ``base.state_cn_XX`` records. The split into sales
regions is the usual one; no official definition exists, so it is only the shipped default of a
table that a key user changes.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from .text import normalise, simplify


@dataclass(frozen=True)
class Division:
    """A provincial division.

    ``code``: GB/T 2260, two digits. ``odoo``: what follows ``base.state_cn_``. ``name``: the
    official Chinese name. ``short``: the usual short name. ``letter``: the one-character name.
    ``english``: the usual Latin name. ``region``: the sales region it belongs to by default.
    """

    code: str
    odoo: str
    name: str
    short: str
    letter: str
    english: str
    region: str

    @property
    def xml_id(self):
        """The external id of Odoo's state."""
        return f"base.state_cn_{self.odoo}"


_TABLE = """
11 BJ 北京市 北京 京 Beijing 华北
12 TJ 天津市 天津 津 Tianjin 华北
13 HE 河北省 河北 冀 Hebei 华北
14 SX 山西省 山西 晋 Shanxi 华北
15 NM 内蒙古自治区 内蒙古 蒙 Inner_Mongolia 华北
21 LN 辽宁省 辽宁 辽 Liaoning 东北
22 JL 吉林省 吉林 吉 Jilin 东北
23 HL 黑龙江省 黑龙江 黑 Heilongjiang 东北
31 SH 上海市 上海 沪 Shanghai 华东
32 JS 江苏省 江苏 苏 Jiangsu 华东
33 ZJ 浙江省 浙江 浙 Zhejiang 华东
34 AH 安徽省 安徽 皖 Anhui 华东
35 FJ 福建省 福建 闽 Fujian 华东
36 JX 江西省 江西 赣 Jiangxi 华东
37 SD 山东省 山东 鲁 Shandong 华东
41 HA 河南省 河南 豫 Henan 华中
42 HB 湖北省 湖北 鄂 Hubei 华中
43 HN 湖南省 湖南 湘 Hunan 华中
44 GD 广东省 广东 粤 Guangdong 华南
45 GX 广西壮族自治区 广西 桂 Guangxi 华南
46 HI 海南省 海南 琼 Hainan 华南
50 CQ 重庆市 重庆 渝 Chongqing 西南
51 SC 四川省 四川 川 Sichuan 西南
52 GZ 贵州省 贵州 贵 Guizhou 西南
53 YN 云南省 云南 云 Yunnan 西南
54 XZ 西藏自治区 西藏 藏 Tibet 西南
61 SN 陕西省 陕西 陕 Shaanxi 西北
62 GS 甘肃省 甘肃 甘 Gansu 西北
63 QH 青海省 青海 青 Qinghai 西北
64 NX 宁夏回族自治区 宁夏 宁 Ningxia 西北
65 XJ 新疆维吾尔自治区 新疆 新 Xinjiang 西北
71 TW 台湾省 台湾 台 Taiwan 港澳台
81 HK 香港特别行政区 香港 港 Hong_Kong 港澳台
82 MO 澳门特别行政区 澳门 澳 Macau 港澳台
"""

DIVISIONS = tuple(
    Division(*(field.replace("_", " ") for field in line.split())) for line in _TABLE.strip().splitlines()
)
DIVISION_BY_CODE = {division.code: division for division in DIVISIONS}
REGIONS = tuple(dict.fromkeys(division.region for division in DIVISIONS))

# Other spellings of provinces. Latin ones are compared without blanks and case.
_ALSO = {
    "15": "内蒙 内蒙古省 neimenggu neimongol innermongoliaautonomousregion",
    "23": "黑龙 龙江",
    "45": "广西省 广西自治区 广西壮族",
    "50": "重庆省",
    "51": "蜀",
    "52": "黔",
    "53": "滇",
    "54": "西藏省 xizang",
    "61": "秦",
    "62": "陇",
    "64": "宁夏省 宁夏自治区 宁夏回族",
    "65": "新疆省 新疆自治区 新疆维吾尔",
    "71": "台湾地区 taiwanprovince",
    "81": "香港特区 香港地区 hongkongsar hk",
    "82": "澳门特区 澳门地区 macao macausar",
}

# Every city of prefecture level outside the four municipalities (333 with areas, autonomous
# prefectures and leagues, 2024), by the short name.
PREFECTURES = {
    "13": "石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水",
    "14": "太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁",
    "15": "呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒 阿拉善",
    "21": "沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛",
    "22": "长春 吉林 四平 辽源 通化 白山 松原 白城 延边",
    "23": "哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭",
    "32": "南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁",
    "33": "杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水",
    "34": "合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城",
    "35": "福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德",
    "36": "南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶",
    "37": "济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽",
    "41": "郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店",
    "42": "武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施",
    "43": "长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西",
    "44": "广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮",
    "45": "南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左",
    "46": "海口 三亚 三沙 儋州",
    "51": "成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜 凉山",
    "52": "贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南",
    "53": "昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆",
    "54": "拉萨 日喀则 昌都 林芝 山南 那曲 阿里",
    "61": "西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛",
    "62": "兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 临夏 甘南",
    "63": "西宁 海东 海北 黄南 海南州 果洛 玉树 海西",
    "64": "银川 石嘴山 吴忠 固原 中卫",
    "65": "乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉 巴音郭楞 阿克苏 克孜勒苏 喀什 和田 伊犁 塔城 阿勒泰",
}

# Well-known cities below that level, former cities and usual other names. Not complete.
_SMALLER = {
    "13": "辛集 定州 任丘 霸州 三河 迁安 遵化 武安 高碑店 涿州 雄安 雄安新区",
    "14": "孝义 介休 侯马 古交",
    "15": "满洲里 二连浩特 乌兰浩特 锡林浩特 海拉尔",
    "21": "瓦房店 庄河 海城 大石桥 盖州 凤城 东港",
    "22": "延吉 公主岭 梅河口 珲春 敦化",
    "23": "绥芬河 肇东 尚志 五常",
    "32": "昆山 江阴 张家港 常熟 太仓 宜兴 溧阳 丹阳 靖江 如皋 海门 启东 海安 泰兴 东台 高邮 仪征 邳州 新沂 扬中 句容",
    "33": "义乌 慈溪 余姚 永康 东阳 诸暨 海宁 桐乡 平湖 温岭 乐清 瑞安 临海 嵊州 玉环 兰溪 建德 "
    "江山 龙港 奉化 萧山 余杭",
    "34": "巢湖 天长 宁国 桐城 界首 明光 广德",
    "35": "晋江 石狮 南安 福清 龙海 邵武 武夷山 福鼎 福安 永安",
    "36": "瑞金 乐平 丰城 樟树 高安 贵溪 共青城",
    "37": "寿光 诸城 青州 高密 胶州 平度 莱西 龙口 莱州 招远 荣成 乳山 文登 章丘 滕州 曲阜 邹城 "
    "新泰 "
    "肥城 莱芜 邹平 禹城 乐陵 临清",
    "41": "济源 巩义 新郑 新密 荥阳 登封 长葛 禹州 偃师 林州 永城 汝州 项城 灵宝",
    "42": "仙桃 潜江 天门 神农架 襄樊 宜都 枝江 大冶 丹江口 枣阳 老河口 钟祥 应城 汉川 安陆 麻城 赤壁 利川",
    "43": "浏阳 醴陵 湘乡 韶山 耒阳 吉首 冷水江 涟源 汨罗 临湘",
    "44": "顺德 增城 从化 普宁 台山 开平 鹤山 恩平 四会 英德 连州 陆丰 廉江 雷州 高州 化州 信宜 罗定 兴宁",
    "45": "北流 桂平 凭祥 东兴 岑溪 靖西",
    "46": "琼海 文昌 万宁 五指山 东方",
    "51": "西昌 峨眉山 都江堰 彭州 邛崃 崇州 简阳 江油 广汉 什邡 绵竹 阆中 华蓥 万源",
    "52": "凯里 都匀 兴义 仁怀 赤水 清镇 盘州",
    "53": "景洪 瑞丽 个旧 开远 蒙自 弥勒 安宁 宣威 香格里拉 腾冲",
    "61": "兴平 韩城 华阴 神木 杨凌 西咸新区",
    "62": "敦煌 玉门",
    "63": "格尔木 德令哈",
    "64": "灵武 青铜峡",
    "65": "石河子 阿拉尔 图木舒克 五家渠 北屯 铁门关 双河 可克达拉 昆玉 胡杨河 新星 库尔勒 伊宁 奎屯 阿图什 博乐 阜康",
    "50": "涪陵 万州",
    "71": "台北 新北 高雄 台中 台南 新竹 桃园 基隆 嘉义 彰化",
    "81": "九龙",
}

# Latin names of cities that no other city shares when written without tones.
_LATIN_CITIES = {
    "13": "shijiazhuang tangshan",
    "21": "shenyang dalian",
    "22": "changchun",
    "23": "harbin",
    "32": "nanjing wuxi changzhou nantong xuzhou kunshan",
    "33": "hangzhou ningbo wenzhou jiaxing shaoxing",
    "34": "hefei wuhu",
    "35": "xiamen quanzhou",
    "36": "nanchang",
    "37": "jinan qingdao yantai weifang",
    "41": "zhengzhou luoyang",
    "42": "wuhan",
    "43": "changsha zhuzhou",
    "44": "guangzhou shenzhen dongguan foshan zhuhai zhongshan huizhou",
    "45": "nanning liuzhou",
    "46": "haikou sanya",
    "51": "chengdu mianyang",
    "52": "guiyang",
    "53": "kunming",
    "54": "lhasa",
    "61": "xian",
    "62": "lanzhou",
    "63": "xining",
    "64": "yinchuan",
    "65": "urumqi",
}

# Names that mean a city only with this behind them: as a bare word each is also a district
# elsewhere or a usual trade word.
_ONLY_WITH = dict.fromkeys("朝阳 东方 东港 安宁 永安 江山 双河 新星 昆玉 桃园 新北 平湖 三河".split(), "市")
_ONLY_WITH |= {"阿里": "地区", "海东": "市", "海西": "州", "海北": "州"}

# Words of a region column that say nothing about the province.
_REGION_WORD = re.compile("(?:中华人民共和国|中国|全国)?(?:(?:华[东南西北中]|东北|西[南北])(?:地区|大区|区)?)?")
_LIST_SEPARATOR = re.compile(r"[/、,;+&|]")
_AND = tuple("和及与或")
_TOKEN_SEPARATOR = re.compile(r"[\s\-—_·.:>\\()\[\]【】]+")
_STREET = re.compile("[东西南北中]?[一二三四五六七八九]?(?:路|街|大道)")
# What may stand behind a city's short name and belongs to it, 市政 and 市场 excepted.
_CITY_SUFFIX = re.compile("市(?![政场民])|[一-鿿]{0,12}族自治州|林区|地区|[州盟县]")
_FULL_PROVINCE = re.compile("[一-鿿]{2,3}省|[一-鿿]{2,8}自治区|[一-鿿]{2}特别行政区")
_LATIN_NOISE = re.compile(r"\b(?:province|prov|city|municipality|p\.?r\.?china|china|prc)\b\.?")
_GB_CODE = re.compile(r"(\d\d)(?:\d\d){0,2}")


def _squeeze(text):
    return re.sub(r"[\s'.\-]", "", text).lower()


def _spellings():
    """Give {spelling: (code, short name, is a province)} and {Latin spelling: code}."""
    chinese, latin = {}, {}
    for table in (PREFECTURES, _SMALLER):
        for code, names in table.items():
            for name in names.split():
                chinese.setdefault(name + _ONLY_WITH.get(name, ""), (code, name, False))
    chinese["海南藏族自治州"] = chinese["海南州"]
    for division in DIVISIONS:
        for name in (division.name, division.short, *_ALSO.get(division.code, "").split()):
            if name.isascii():
                latin[name] = division.code
            elif len(name) > 1:
                chinese[name] = (division.code, division.short, True)
        latin[_squeeze(division.english)] = division.code
    for code, names in _LATIN_CITIES.items():
        latin.update(dict.fromkeys(names.split(), code))
    return chinese, latin


_CHINESE, _LATIN = _spellings()
_LENGTHS = tuple(sorted({len(name) for name in _CHINESE}, reverse=True))
_LETTERS = {division.letter: division.code for division in DIVISIONS} | {
    name: code for code, names in _ALSO.items() for name in names.split() if len(name) == 1
}


@dataclass(frozen=True)
class Place:
    """A province or city found in a text.

    ``code``: its province's GB code. ``short``: its short name. ``is_province``. ``is_full``:
    written with 省, 市, 州 or the like. ``end``: the index behind it.
    """

    code: str
    short: str
    is_province: bool
    is_full: bool
    end: int


def read_place(text, start=0):
    """Give the :class:`Place` whose name begins at ``start``, the longest one, or None.

    ``text`` must be normalised and simplified. 上海市政 and 北京市场 hold 上海 and 北京 only.
    """
    for length in _LENGTHS:
        end = start + length
        found = _CHINESE.get(text[start:end]) if end <= len(text) else None
        if not found:
            continue
        code, short, is_province = found
        if text[end - 1] == "市" and length > len(short) and text[end : end + 1] in tuple("政场民"):
            end -= 1
        is_full = end - start > len(short)
        suffix = None if is_full else _CITY_SUFFIX.match(text, end)
        if suffix:
            end, is_full = suffix.end(), True
        return Place(code, short, is_province, is_full, end)
    return None


def province_from_text(text):
    """Give the :class:`Division` that a region cell or the head of an address names, or None.

    Reads full, short and one-letter names (江苏省, 江苏, 苏), Latin names, GB codes, and a city's
    name alone (苏州市, 深圳). What comes first decides (大连中山 is in Liaoning); several
    provinces (江苏/浙江), a contradiction (苏州市 深圳市) and names that many places share
    (朝阳, Suzhou) give None. Traditional characters need ``opencc``, see ``text.simplify``.
    """
    return DIVISION_BY_CODE.get(_province_code(text)) if text else None


@lru_cache(maxsize=1 << 14)
def _province_code(text):
    text = simplify(normalise(text))
    if text in _LETTERS:
        return _LETTERS[text]
    number = _GB_CODE.fullmatch(text)
    if number:
        return number[1]
    found = [_segment(segment.strip()) for segment in _LIST_SEPARATOR.split(text)]
    codes = {code for code in found if code}
    if not codes:
        names = {match[0] for match in _FULL_PROVINCE.finditer(text)}
        codes = {
            code for code, division in DIVISION_BY_CODE.items() if any(name.endswith(division.name) for name in names)
        }
    return codes.pop() if len(codes) == 1 else None


def _segment(segment):
    """Give the code that one item of a list names: None if none, "?" if more than one."""
    if not segment:
        return None
    lower = _LATIN_NOISE.sub("", segment.lower())
    if _squeeze(lower) in _LATIN:
        return _LATIN[_squeeze(lower)]
    places = []
    for token in _TOKEN_SEPARATOR.split(segment):
        latin = _LATIN.get(_squeeze(token)) if token.isascii() else None
        if latin:
            places.append(Place(latin, token, True, True, 0))
            continue
        start = _REGION_WORD.match(token).end()
        while place := read_place(token, start):
            rest = token[place.end : place.end + 1]
            if not place.is_full and (_STREET.match(token, place.end) or (start and places and rest == "区")):
                break
            places.append(place)
            start = place.end
            if token[start : start + 1] in _AND:
                following = read_place(token, start + 1)
                if following and following.code != place.code:
                    return "?"
    if not places:
        return None
    first, *others = places
    for place in others:
        if place.code != first.code and (place.is_province or place.is_full):
            return "?"
    return first.code
