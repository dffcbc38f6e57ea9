"""Thirty-two layouts in which public bodies publish figures of CCGs: each goes through with columns and dates alone.

The figures are made up, the heads and the things round the table are those of the publishers. ``#`` stands for the rows:
one for each of three CCGs of April 2018 that became one in 2020, with 10, 20 and 30 in the column that is added up.
"""

import pandas as pd
import pytest
from ccg import lineage, rebase_file

CCGS = {"00C": 10, "00K": 20, "00M": 30}
DATES = {"at": "2018-04-01", "to": "2021-04-01", "drop": ["rest"]}
#: Publisher and table -> the file, the line for a CCG, and what is asked.
LAYOUTS = {
    "NHS Digital, patients registered": (
        "PUBLICATION,EXTRACT_DATE,ORG_TYPE,ORG_CODE,ONS_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS\n#",
        "GP_PRAC_PAT_LIST,01APR2018,CCG,{ods},{ons},,FEMALE,95+,{n}\n",
        {"sums": ["NUMBER_OF_PATIENTS"], "by": ["SEX", "AGE_GROUP_5"]},
    ),
    "NHS Digital, appointments": (
        "CCG_CODE,CCG_ONS_CODE,CCG_NAME,STP_CODE,Appointment_Month,APPT_STATUS,HCP_TYPE,COUNT_OF_APPOINTMENTS\n#",
        '{ods},{ons},"{name}",QHM,APR2018,Attended,GP,{n}\n',
        {"code": "CCG_CODE", "sums": ["COUNT_OF_APPOINTMENTS"], "by": ["APPT_STATUS"]},
    ),
    "NHS Digital, Quality and Outcomes Framework": (
        "Coronary heart disease\nPrevalence by CCG\n,,,2016-17,,2017-18,\nCCG code,ONS code,CCG name,Register,Prevalence (%),"
        "Register,Prevalence (%)\n#England,,,60,3.2,60,3.2\n\nSource: QOF\n",
        '{ods},{ons},"{name}",{n},3.1,{n},3.3\n',
        {"sums": ["rest"]},
    ),
    "Public Health England, Fingertips": (
        "Indicator ID,Indicator Name,Parent Code,Area Code,Area Name,Area Type,Sex,Age,Time period,Value,Lower CI 95.0 limit,"
        "Upper CI 95.0 limit,Count,Denominator,Time period Sortable\n273,CHD,,E92000001,England,England,Persons,All ages,"
        "2017/18,3.1,3.0,3.2,60,600,20170000\n#",
        '273,CHD,E92000001,{ons},"{name}",CCGs,Persons,All ages,2017/18,3.1,2.0,4.2,{n},100,20170000\n',
        {"sums": ["rest"], "by": ["Time period"]},
    ),
    "NHS England, cancer waiting times": (
        "CANCER WAITING TIMES,,,,\nPeriod: Q1 2018/19,,,,\n,,,,\nODS CODE (1),ACCOUNTABLE (2),TOTAL,AFTER 14 DAYS,% MEETING STANDARD\n"
        "#,ENGLAND,60,0,95.5%\n,,,,\n(1) ODS code of the CCG,,,,\n",
        '{ods},"{name}",{n},0,95.5%\n',
        {"sums": ["rest"]},
    ),
    "NHS England, diagnostics": (
        "Period,Provider Org Code,Provider Org Name,Commissioner Org Code,Commissioner Org Name,Diagnostic ID,Diagnostic Tests,"
        "Diagnostic Tests Sort Order,Total WL\n#DM01-APRIL-2018,RVW,NORTH TEES,NONC,NONC,1,MRI,1,3\n",
        'DM01-APRIL-2018,RVW,NORTH TEES,{ods},"{name}",1,MRI,1,{n}\n',
        {"code": "Commissioner Org Code", "sums": ["rest"], "by": ["Diagnostic Tests"]},
    ),
    "NHS England, continuing healthcare": (
        "Title:,NHS Continuing Healthcare,,,\nPeriod:,Q1 2018-19,,,\n,,,,\nRegion,CCG Code,CCG Name,Number eligible,Conversion rate\n"
        "#England,,England,60,22.5%\n",
        'North,{ods},"{name}",{n},22.5%\n',
        {"sums": ["rest"]},
    ),
    "OpenPrescribing, spending by CCG": (
        "date,row_id,row_name,items,actual_cost\n#",
        '2018-04-01,{ods},"{name}",{n},55.25\n',
        {"sums": ["items", "actual_cost"], "by": ["date"]},
    ),
    "ONS, mid-year populations": (
        "Mid-2018 Population Estimates for CCGs\n\nPersons\n\nArea Codes,Area Names,,All Ages,0,90+\n#",
        '{ons},"{name}",,{n},1,1\n',
        {"sums": ["All Ages", "0", "90+"]},
    ),
    "Public Health England, flu vaccine": (
        "Org Code;Org Name;No of GP practices;% of practices responding;Number vaccinated;% vaccine uptake\n#",
        "{ods};{name};5;83.3;{n};70.0\n",
        {"sums": ["rest"]},
    ),
    "NHS Digital, talking therapies": (
        "REPORTING_PERIOD,GROUP_TYPE,ORG_CODE1,ORG_NAME1,MEASURE_ID,MEASURE_NAME,MEASURE_VALUE_SUPPRESSED\n"
        "#April 2018,England,All,England,M001,Count_ReferralsReceived,60\n",
        "April 2018,CCG,{ods},{name},M001,Count_ReferralsReceived,{n}\n",
        {"sums": ["rest"], "by": ["REPORTING_PERIOD"]},
    ),
    "NHS Digital, mental health services": (
        "REPORTING_PERIOD_START,STATUS,BREAKDOWN,PRIMARY_LEVEL,PRIMARY_LEVEL_DESCRIPTION,SECONDARY_LEVEL,MEASURE_ID,"
        "MEASURE_VALUE\n#2018-04-01,Final,England,England,England,,MHS01,60\n",
        "2018-04-01,Final,CCG,{ods},{name},,MHS01,{n}\n",
        {"sums": ["MEASURE_VALUE"], "by": ["BREAKDOWN"]},
    ),
    "NHS Digital, outcomes indicators": (
        "Year,Period of coverage,Breakdown,ONS code,Level,Level description,Gender,Indicator value,CI lower,CI upper,"
        "Denominator,Numerator\n#2017/18,1/4/2017 to 31/3/2018,England,E92000001,England,England,Person,9,8,10,600,60\n",
        "2017/18,1/4/2017 to 31/3/2018,CCG,{ons},{ods},{name},Person,9,7,11,100,{n}\n",
        {"sums": ["rest"], "by": ["Year"]},
    ),
    "NHS England, referral to treatment": (
        "Period,Provider Parent Org Code,Provider Org Code,Provider Org Name,Commissioner Parent Org Code,Commissioner Org "
        "Code,Commissioner Org Name,RTT Part Type,Treatment Function Code,Treatment Function Name,Total All\n#",
        "RTT-April-2018,QHM,RXP,COUNTY DURHAM,QHM,{ods},{name},Part_2,C_100,General Surgery,{n}\n",
        {"sums": ["rest"], "by": ["Treatment Function Name"]},
    ),
    "NHS England, emergency care": (
        "Period,Org Code,Org Name,Type 1,% in 4 hours\n#MSitAE-APRIL-2018,TOTAL,Total,60,95%\n",
        "MSitAE-APRIL-2018,{ods},{name},{n},95%\n",
        {"sums": ["rest"], "by": ["Period"]},
    ),
    "NHS England, GP Patient Survey": (
        "CCG code,CCG name,Responses,Response rate,Weighted base,Very good %,Fairly good %\n#",
        "{ods},{name},7,10%,{n},45%,38%\n",
        {"sums": ["Weighted base"]},
    ),
    "NHS Business Services Authority, prescribing": (
        "YEAR_MONTH,REGIONAL_OFFICE_CODE,AREA_TEAM_CODE,PCO_NAME,PCO_CODE,PRACTICE_CODE,BNF_CODE,BNF_DESCRIPTION,ITEMS,NIC\n#",
        "201804,Y54,Q74,{name},{ods}00,A83005,0105010B0BIAAAS,Tab Index 800mg,{n},7.538\n",
        {"sums": ["ITEMS"], "by": ["YEAR_MONTH"]},
    ),
    "Public Health England, Fingertips with parents": (
        "Indicator ID,Parent Code,Parent Name,Area Code,Area Name,Area Type,Category Type,Category,Time period,Value,"
        "Lower CI 95.0 limit,Count\n273,,,E92000001,England,England,,,2017/18,3.1,3,60\n273,,,E92000001,England,England,"
        "Deprivation,Most deprived,2017/18,3.1,3,6\n#",
        '273,E54000050,Cumbria,{ons},"{name}",CCGs,,,2017/18,3.1,2,{n}\n',
        {"sums": ["Count"], "by": ["Time period"]},
    ),
    "NOMIS, populations": (
        'Population estimates - CCG\nONS Crown Copyright Reserved [from Nomis]\n\n"date","2018"\n"gender","Total"\n\n'
        '"clinical commissioning group","mnemonic","All Ages","Aged 0 to 15"\n#\n\nThese figures are rounded.\n',
        '"{name}",{ons},{n},3\n',
        {"sums": ["rest"]},
    ),
    "ONS, populations with partnerships": (
        "\ufeffCCG Code,CCG Name,STP18 Code,STP18 Name,NHSER18 Code,All Ages,Age 0-17\n#",
        "{ons},{name},E54000050,Cumbria and the North East,E40000001,{n},3\n",
        {"sums": ["rest"]},
    ),
    "NHS Digital, workbook of the Quality and Outcomes Framework": (
        "Table 1: prevalence and achievement by CCG,,,,,Prevalence,,,,,Achievement,\n,,,,,2016-17,,2017-18,,Year on year change,"
        "2016-17,2017-18\nRegion code,STP code,CCG code,CCG geography code,CCG name,List size,Register,List size,Register,"
        '(percentage point),Achievement (per cent),Achievement (per cent)\n#,,,,,,,,,,,\n"Copyright © 2018, NHS Digital",,,,,,,,,,,\n',
        'Y54,E54000049,{ods},{ons},"{name}",900,{n},900,{n},0.1,98.5,99.1\n',
        {"sums": ["rest"]},
    ),
    "NHS Digital, Quality and Outcomes Framework by practice": (
        "CCG code,CCG ONS code,CCG name,Practice code,Practice name,List size,Register,Prevalence (%)\n00C,E38000042,NHS Darlington"
        " CCG,A83009,All Saints Medical Centre,75,0,0\n#",
        "{ods},{ons},{name},A8300{n},Surgery {n},1{n},{n},9.1\n{ods},{ons},{name},A8310{n},Hill {n},7{n},0,0\n",
        {"sums": ["rest"]},
    ),
    "Public Health England, Fingertips with areas of several kinds": (
        "Indicator ID,Parent Code,Area Code,Area Name,Area Type,Time period,Value,Lower CI 95.0 limit,Count,Denominator\n273,,E92000001"
        ",England,England,2017/18,3.1,3.0,60,600\n273,E92000001,E12000001,North East,Regions,2017/18,3,3,60,600\n273,E12000001,"
        "E06000005,Darlington,Counties & UAs,2017/18,3,2,12,90\n#",
        '273,E92000001,{ons},"{name}",CCGs,2017/18,3.1,2.0,{n},100\n',
        {"sums": ["rest"], "by": ["Time period"]},
    ),
    "OpenPrescribing, measure by CCG": (
        "measure,org_type,org_id,org_name,date,numerator,denominator,calc_value,percentile\n#",
        "lpzomnibus,ccg,{ods},{name},2018-04-01,{n},100,0.125,0.75\n",
        {"sums": ["rest"], "by": ["date"]},
    ),
    "NHS England, allocations": (
        "CCG allocations 2018/19 to 2019/20,,,,,,\n,,2018/19,,,2019/20,\nCode,CCG,Allocation £k,Growth (%),Per head £,Allocation £k,"
        'Distance from target (%)\n#,England,60,2.5%,"1,400",60,0.0%\n\n"Notes: figures, in thousands, are rounded"\n',
        '{ods},"{name}",{n},2.5%,"1,400",{n},-1.2%\n',
        {"sums": ["rest"]},
    ),
    "NHS England, smoking at time of delivery": (
        "CCG Code,CCG Name,Maternities,Known to be smokers,% smokers,LCL,UCL\n,,Number,Number,%,,\n#England,England,60,3,5,4,6\n"
        "Source:,NHS Digital,,,,,\nRates are of women, by CCG, at the time of delivery\n",
        '{ods},"{name}",{n},1,5,2,9\n',
        {"sums": ["rest"]},
    ),
    "ONS, deaths by cause": (
        "Area code;Area name;Deaths;Age-standardised rate per 100,000;Lower CI;Upper CI;Observed/Expected\n#",
        "{ons};{name};{n};310;290;330;1.04\n",
        {"sums": ["rest"]},
    ),
    "ONS, indices of deprivation by CCG": (
        "CCG18CD,CCG18NM,IMD - Average rank,IMD - Rank of average score,IMD 2019 - Extent,IMD 2019 - Local concentration,Total "
        "population: mid 2015\n#",
        "{ons},{name},21850.19,46,0.2177,31740.45,{n}\n",
        {"sums": ["rest"]},
    ),
    "NHS Digital, payments to general practice": (
        "CCG Code,CCG Name,Practice Code,Practice Open Date,Practice Close Date,Global Sum,Average payments per registered patient\n#",
        "{ods},{name},A8300{n},27120,,{n},140.5\n",
        {"sums": ["rest"]},
    ),
    "NHS England, wide months with a total of each column": (
        "Referrals,,,,\nPeriod: April to June 2018,,,,\n,,,,\nCCG Code,CCG Name,Apr-18,May-18,Jun-18\n#,Column total,60,0,60\n",
        "{ods},{name},{n},0,{n}\n",
        {"sums": ["rest"]},
    ),
    "NHS Digital, survival of cohorts": (
        "CCG,CCG name,Cohort year,Sex,Patients,One-year survival (%),Standard error\n#",
        "{ods},{name},2016,Persons,{n},71.2,0.4\n",
        {"sums": ["rest"]},
    ),
    "NHS Business Services Authority, detailed prescribing": (
        "YEAR_MONTH,REGIONAL_OFFICE_CODE,AREA_TEAM_CODE,PCO_NAME,PCO_CODE,PRACTICE_NAME,PRACTICE_CODE,BNF_CODE,QUANTITY,ITEMS,"
        "TOTAL_QUANTITY,ADQUSAGE,NIC,ACTUAL_COST,UNIDENTIFIED\n#",
        "201804,Y54,Q74,{name},{ods}00,SURGERY {n},A8300{n},0105010B0BIAAAS,28.5,{n},{n},0,7.5,6.9385,N\n",
        {"sums": ["ITEMS", "TOTAL_QUANTITY"], "by": ["YEAR_MONTH"]},
    ),
}


@pytest.mark.few(1)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_published_layout_goes_through_at_the_first_try(layout, tmp_path):
    text, line, ask = LAYOUTS[layout]
    ons = lineage.bodies("2018-04-01").set_index("code")["ons_code"]
    rows = [line.format(ods=c, ons=ons[c], name=lineage.name(c), n=n) for c, n in CCGS.items()]
    path = tmp_path / "table.csv"
    path.write_text(text.replace("#", "".join(rows)))
    moved = rebase_file(path, **DATES, **ask)
    (row,) = moved.frame.to_dict("records")
    sums = [c for c in row if c not in ("status", "divided", "missing") and row[c] == 60]
    assert sums, f"10 + 20 + 30 in one body: {row}"
    assert row["status"] == "exact" and {*row.values()} & {"16C", "E38000247"}
    never = (
        "%",
        "Value",
        "CI",
        "Sort",
        "ID",
        "rate",
        "rank",
        "LCL",
        "Date",
        "year",
        "IMD",
        "Per head",
        "Expected",
    )
    assert not [c for c in row if any(word in c for word in never)]
    assert {why for _, why in moved.report.unmapped} <= {
        "a total for England",
        "commissioner outside England",
        "an area of another kind by its ONS code, such as a local authority",
    }


@pytest.mark.slow
@pytest.mark.parametrize("level", ["icb", "sub_icb"])
def test_a_geography_later_than_the_goal_is_none_of_those_that_codes_may_be_of(level):
    """Codes of CCGs that live on as locations up to 2026 were refused on the way to 2023, and went through to 2026."""
    table = pd.DataFrame({"code": ["16C", "84H"], "n": ["1", "2"]})
    for to in ("2022-07-01", "2023-04-01", "2026-04-01"):
        assert rebase_file(table, to=to, level=level, sums=["n"]).frame["n"].sum() == 3


@pytest.mark.few(1)
@pytest.mark.parametrize("name", ["Location ID", "LOCATION_ID", "Postcode"])
def test_numbers_of_places_are_no_bands(name):
    """1-127 and 1-130, two care homes of the CQC, were bands that overlap."""
    table = pd.DataFrame({name: ["1-127", "1-130"], "code": ["00D", "00D"], "beds in use": ["20", "31"]})
    moved = rebase_file(table, at="2018-04-01", to="2018-04-01", sums=["beds in use"], drop=["rest"])
    assert moved.frame["status"].to_list() == ["exact"]


def test_codes_that_a_spreadsheet_was_told_to_keep_as_text_are_read_as_they_are():
    """="01E" in a CSV keeps Excel from making a number of it."""
    table = pd.DataFrame({"code": ['="00C"', '="00K"', "'00M"], "n": ["1", "2", "4"]})
    assert rebase_file(table, **DATES, sums=["n"]).frame[["code", "n"]].to_numpy().tolist() == [["16C", 7]]


def test_a_column_is_found_by_its_name_whatever_spaces_are_in_it():
    table = pd.DataFrame({"CCG\u00a0code": ["00D"], "Total\u00a0 patients": ["3"]})
    moved = rebase_file(table, at="2018-04-01", to="2018-04-01", code="CCG code", sums=["Total patients"])
    assert moved.frame["Total\u00a0 patients"].to_list() == [3]


@pytest.mark.parametrize("name", ["ALL ENGLISH COMMISSIONERS", "All commissioners"])
def test_the_total_of_waiting_times_for_cancer_is_one_for_england(name):
    table = pd.DataFrame({"ODS": ["", "00D"], "COMMISSIONER": [name, "X"], "TOTAL": ["9", "3"]})
    moved = rebase_file(table, at="2018-04-01", to="2018-04-01", sums=["TOTAL"], drop=["rest"])
    assert moved.unmapped["reason"].to_list() == ["a total for England"]
