"""What each category of banned conduct is, in one sentence: for who must choose one."""

from __future__ import annotations

from collections.abc import Mapping

ABOUT: Mapping[str, str] = {
    "threat_violence": "以伤人、毁物、跟踪相威胁，明说或暗示",
    "threat_exposure": "扬言告诉亲友、同事、邻里，群发、张贴、曝光",
    "false_criminal_claim": "谎称会被抓、判刑、已经立案",
    "legal_exaggeration": "夸大起诉、查封、征信、影响子女等后果",
    "impersonate_authority": "冒充公安、法院、检察院、政府或征信中心",
    "impersonate_institution": "冒充银行、律师或别的机构，或不肯说自己是哪家",
    "insult_severe": "骂家人、诅咒、性侮辱",
    "insult": "其他骂人、贬低人的话",
    "sexual_harassment": "性骚扰、性暗示、以性抵债",
    "third_party_disclosure": "把欠款的事告诉债务人以外的人（含语音信箱、错号）",
    "third_party_pressure": "要第三人代还、担责或施压",
    "contact_after_refusal": "第三人拒绝以后，扬言还要联系",
    "disclosure_before_verification": "没有核实身份就说出欠款",
    "excessive_frequency": "打得太多，或扬言不停地打",
    "off_hours": "在禁止的时段打电话，或扬言要打",
    "demand_borrowing": "逼人借新债、刷别的卡、找人凑钱来还",
    "private_account": "要钱转到个人账户，或由坐席、外包方经手",
    "unauthorized_fee": "收合同以外的费用、好处费",
    "false_promise": "没有审批就许诺减免、删征信；有协议还催",
    "discrimination": "因地域、性别、职业、病残等歧视人",
    "privacy_probe": "索要密码、验证码，打听无关隐私，炫耀掌握的信息",
    "misleading_amount": "说错金额、利率、期限，虚构名单或最后期限",
    "visit_threat": "扬言未经同意上门、堵门、入户",
    "obstruct_rights": "阻挠投诉、求助、查询，不报工号",
    "self_harm_mishandling": "客户流露轻生念头时不关切、继续催、刺激",
    "service_attitude": "不耐烦、讥讽、教训人",
    "private_channel": "要加私人微信、用私人电话",
    "ambiguous_pressure": "含糊的施压：后果自负、你看着办",
}
