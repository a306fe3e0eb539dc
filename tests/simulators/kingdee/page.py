"""The page people look at: what the books hold, in Chinese, and a form to enter a receipt."""

from decimal import Decimal
from html import escape

from .forms import CUSTOMER, RECEIPT, RECEIVABLE

_STATUS = {"Z": "暂存", "A": "创建", "B": "审核中", "C": "已审核", "D": "重新审核"}
_STYLE = """
body{font:14px/1.6 "PingFang SC","Microsoft YaHei",sans-serif;margin:0;background:#f4f6f9;
color:#1f2d3d}header{background:#1f6fd6;color:#fff;padding:14px 24px}h1{font-size:18px;margin:0}
main{padding:16px 24px;max-width:1200px;margin:auto}section{background:#fff;border-radius:6px;
padding:12px 16px;margin-bottom:16px;overflow-x:auto}h2{font-size:15px;margin:0 0 8px}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 8px;
border-bottom:1px solid #e6eaf0;white-space:nowrap}td.num,th.num{text-align:right}
.tag{border-radius:10px;padding:1px 8px;background:#e6eaf0}.C{background:#d9f2e3;color:#136c3a}
.B{background:#fff0d1;color:#8a5a00}.D{background:#fde0e0;color:#9b1c1c}
input{padding:5px 8px;margin:0 8px 8px 0;border:1px solid #c3ccd8;border-radius:4px}
button{padding:6px 14px;border:0;border-radius:4px;background:#1f6fd6;color:#fff}
"""
_FORM = """<form method="post" action="/_sim/receipts">
<input name="customer_number" placeholder="客户编码" required>
<input name="amount" placeholder="收款金额" required inputmode="decimal">
<input name="third_number" placeholder="第三方单号">
<input name="remark" placeholder="备注">
<button>录入并审核收款单</button></form>"""


def render(store):
    """The whole page as HTML text; every value is escaped."""
    customers = [
        (
            _cell(d["number"]),
            _cell(_head(d, "FNAME")),
            _cell(_head(d, "FTAXREGISTERCODE")),
            *_tail(d),
        )
        for d in store.all(CUSTOMER.id.upper())
    ]
    bills = [
        (
            _cell(d["number"]),
            _cell(_head(d, "FCUSTOMERID")),
            _cell(_head(d, "FDATE")),
            _cell(_head(d, "FENDDATE_H")),
            _money(_head(d, "FALLAMOUNTFOR")),
            *_tail(d),
        )
        for d in store.all(RECEIVABLE.id.upper())
    ]
    receipts = [
        (
            _cell(d["number"]),
            _cell(_head(d, "FCONTACTUNIT")),
            _cell(_head(d, "FDATE")),
            _money(_head(d, "FREALRECAMOUNTFOR")),
            _cell(_head(d, "FTHIRDBILLNO")),
            _cell(_head(d, "FREMARK")),
            *_tail(d),
        )
        for d in store.all(RECEIPT.id.upper())
    ]
    tail = ("状态", "修改时间")
    parts = [
        _table("客户", ("编码", "名称", "税号", *tail), customers),
        _table("应收单", ("单据编号", "客户", "业务日期", "到期日", "#价税合计", *tail), bills),
        _table(
            "收款单",
            ("单据编号", "往来单位", "业务日期", "#实收金额", "第三方单号", "备注", *tail),
            receipts,
            _FORM,
        ),
    ]
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>金蝶云星空（模拟）</title><style>{_STYLE}</style></head><body>"
        "<header><h1>金蝶云星空（模拟账套）</h1></header>"
        f"<main>{''.join(parts)}</main></body></html>"
    )


def _table(title, heads, rows, extra=""):
    names = "".join(f'<th class="num">{name[1:]}</th>' if name[0] == "#" else f"<th>{name}</th>" for name in heads)
    lines = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    if not rows:
        lines = f'<tr><td colspan="{len(heads)}">暂无数据</td></tr>'
    return (
        f"<section><h2>{title}（{len(rows)}）</h2>{extra}"
        f"<table><thead><tr>{names}</tr></thead><tbody>{lines}</tbody></table></section>"
    )


def _head(document, key):
    return document["body"]["header"].get(key) or ""


def _cell(value):
    return f"<td>{escape(str(value))}</td>"


def _money(value):
    return f'<td class="num">{Decimal(value or 0):,.2f}</td>'


def _tail(document):
    status = document["status"]
    text = "已作废" if document["cancelled"] else _STATUS.get(status, status)
    tag = "D" if document["cancelled"] else status
    moment = document["modified"].replace("T", " ")[:19]
    return f'<td><span class="tag {escape(tag)}">{escape(text)}</span></td>', _cell(moment)
