"""A fair's visiting cards as the supervisor uploaded them: read and checked, the duplicates wait to be decided."""

import base64

HEADER = "公司名称,联系人,手机,省份,城市,线索来源,预算,备注"
ROWS = [
    "苏州浒关注塑机有限公司,惠志明,13862601001,江苏,苏州,展会,180000,要两台机械手报价",
    "苏州浒关注塑机有限公司,惠志明,138 6260 1001,江苏,苏州,展会,180000,名片重复",
    "昆山德昌精密模具,顾明华,13862600001,江苏,昆山,展会,90000,老客户介绍",
    "南京溧水钣金制造有限公司,芮国强,13951801002,江苏,南京,展会,260000,",
    "杭州临平减震器有限公司,诸葛文,13588001003,浙江,杭州,展会,420000,月底来厂",
    "宁波慈溪小家电部件厂,余姚生,1358x00,浙江,宁波,展会,60000,电话看不清",
]


def build(story):
    story.at(1, 17, 45)
    data = "\r\n".join([HEADER, *ROWS]).encode("utf-8-sig")
    batch = story.by("sales_supervisor", story.env["crm.import.batch"]).create(
        {"file": base64.b64encode(data), "filename": "上海压铸展名片.csv"}
    )
    batch.action_read()
    batch.action_check()
