using System.Text;

namespace Crosspoint.Engine.Rating.Import;

/// <summary>Countries as rate sheets write them: two letters of ISO 3166-1, or an English name in one of its usual forms.</summary>
public static class CountryNames
{
    private const string Names =
        "AD Andorra|AE United Arab Emirates/UAE|AF Afghanistan|AG Antigua & Barbuda/Antigua|AI Anguilla|AL Albania"
        + "|AM Armenia|AO Angola|AQ Antarctica|AR Argentina|AS American Samoa|AT Austria|AU Australia|AW Aruba"
        + "|AX Åland Islands|AZ Azerbaijan|BA Bosnia & Herzegovina/Bosnia|BB Barbados|BD Bangladesh|BE Belgium"
        + "|BF Burkina Faso|BG Bulgaria|BH Bahrain|BI Burundi|BJ Benin|BL St. Barthélemy|BM Bermuda"
        + "|BN Brunei/Brunei Darussalam|BO Bolivia/Plurinational State of Bolivia"
        + "|BQ Caribbean Netherlands/Bonaire/Bonaire, Sint Eustatius and Saba|BR Brazil|BS Bahamas/The Bahamas|BT Bhutan"
        + "|BV Bouvet Island|BW Botswana|BY Belarus|BZ Belize|CA Canada"
        + "|CC Cocos Islands/Cocos (Keeling) Islands/Keeling Islands"
        + "|CD DR Congo/Democratic Republic of the Congo/Congo, Democratic Republic/Congo Democratic Republic"
        + "/Congo - Kinshasa/Congo (DRC)/Congo DR/DRC/Zaire"
        + "|CF Central African Republic/Central Africa"
        + "|CG Congo/Congo - Brazzaville/Republic of the Congo/Congo Republic/Congo Brazzaville|CH Switzerland"
        + "|CI Côte d'Ivoire/Ivory Coast|CK Cook Islands|CL Chile|CM Cameroon|CN China/People's Republic of China/PR China"
        + "|CO Colombia|CR Costa Rica|CU Cuba|CV Cape Verde/Cabo Verde|CW Curaçao/Curacao|CX Christmas Island|CY Cyprus"
        + "|CZ Czechia/Czech Republic|DE Germany|DJ Djibouti|DK Denmark|DM Dominica|DO Dominican Republic/Dominican Rep."
        + "|DZ Algeria|EC Ecuador|EE Estonia|EG Egypt|EH Western Sahara|ER Eritrea|ES Spain|ET Ethiopia|FI Finland|FJ Fiji"
        + "|FK Falkland Islands/Falkland Islands (Malvinas)/Malvinas|FM Micronesia/Federated States of Micronesia"
        + "|FO Faroe Islands/Faeroe Islands|FR France|GA Gabon"
        + "|GB United Kingdom/Great Britain/UK/England/United Kingdom of Great Britain and Northern Ireland|GD Grenada"
        + "|GE Georgia|GF French Guiana/Guyana French|GG Guernsey|GH Ghana|GI Gibraltar|GL Greenland|GM Gambia/The Gambia"
        + "|GN Guinea|GP Guadeloupe|GQ Equatorial Guinea|GR Greece|GS South Georgia & South Sandwich Islands|GT Guatemala"
        + "|GU Guam|GW Guinea-Bissau|GY Guyana|HK Hong Kong/Hong Kong SAR China/Hong Kong China/Hong Kong SAR"
        + "|HM Heard & McDonald Islands|HN Honduras|HR Croatia|HT Haiti|HU Hungary|ID Indonesia|IE Ireland|IL Israel"
        + "|IM Isle of Man|IN India|IO British Indian Ocean Territory|IQ Iraq|IR Iran/Islamic Republic of Iran|IS Iceland"
        + "|IT Italy|JE Jersey|JM Jamaica|JO Jordan|JP Japan|KE Kenya|KG Kyrgyzstan|KH Cambodia|KI Kiribati|KM Comoros"
        + "|KN St. Kitts & Nevis/St. Kitts|KP North Korea/Democratic People's Republic of Korea/DPRK/Korea North"
        + "|KR South Korea/Republic of Korea/Korea/Korea South/Korea Republic|KW Kuwait|KY Cayman Islands|KZ Kazakhstan"
        + "|LA Laos/Lao People's Democratic Republic/Lao PDR/Lao|LB Lebanon|LC St. Lucia|LI Liechtenstein|LK Sri Lanka"
        + "|LR Liberia|LS Lesotho|LT Lithuania|LU Luxembourg|LV Latvia|LY Libya/Libyan Arab Jamahiriya|MA Morocco|MC Monaco"
        + "|MD Moldova/Republic of Moldova|ME Montenegro|MF St. Martin/Saint Martin (French part)|MG Madagascar"
        + "|MH Marshall Islands|MK North Macedonia/Macedonia/FYROM/Republic of North Macedonia|ML Mali"
        + "|MM Myanmar/Burma/Myanmar (Burma)|MN Mongolia|MO Macao/Macau/Macao SAR China|MP Northern Mariana Islands"
        + "|MQ Martinique|MR Mauritania|MS Montserrat|MT Malta|MU Mauritius|MV Maldives|MW Malawi|MX Mexico|MY Malaysia"
        + "|MZ Mozambique|NA Namibia|NC New Caledonia|NE Niger|NF Norfolk Island|NG Nigeria|NI Nicaragua"
        + "|NL Netherlands/The Netherlands/Holland|NO Norway|NP Nepal|NR Nauru|NU Niue|NZ New Zealand|OM Oman|PA Panama"
        + "|PE Peru|PF French Polynesia|PG Papua New Guinea|PH Philippines|PK Pakistan|PL Poland"
        + "|PM St. Pierre & Miquelon/St. Pierre|PN Pitcairn Islands/Pitcairn|PR Puerto Rico"
        + "|PS Palestinian Territories/Palestine/State of Palestine/Palestinian Territory/Occupied Palestinian Territory"
        + "|PT Portugal|PW Palau|PY Paraguay|QA Qatar|RE Réunion|RO Romania|RS Serbia|RU Russia/Russian Federation|RW Rwanda"
        + "|SA Saudi Arabia|SB Solomon Islands|SC Seychelles|SD Sudan|SE Sweden|SG Singapore"
        + "|SH St. Helena/Saint Helena, Ascension and Tristan da Cunha|SI Slovenia|SJ Svalbard & Jan Mayen"
        + "|SK Slovakia/Slovak Republic|SL Sierra Leone|SM San Marino|SN Senegal|SO Somalia|SR Suriname|SS South Sudan"
        + "|ST São Tomé & Príncipe/Sao Tome|SV El Salvador|SX Sint Maarten/St. Maarten/Sint Maarten (Dutch part)"
        + "|SY Syria/Syrian Arab Republic|SZ Eswatini/Swaziland|TC Turks & Caicos Islands|TD Chad"
        + "|TF French Southern Territories|TG Togo|TH Thailand|TJ Tajikistan|TK Tokelau|TL Timor-Leste/East Timor"
        + "|TM Turkmenistan|TN Tunisia|TO Tonga|TR Türkiye/Turkey|TT Trinidad & Tobago/Trinidad|TV Tuvalu"
        + "|TW Taiwan/Taiwan, Province of China|TZ Tanzania/United Republic of Tanzania|UA Ukraine|UG Uganda"
        + "|UM U.S. Outlying Islands/United States Minor Outlying Islands"
        + "|US United States/United States of America/USA/U.S./U.S.A.|UY Uruguay|UZ Uzbekistan"
        + "|VA Vatican City/Holy See/Holy See (Vatican City State)/Vatican"
        + "|VC St. Vincent & Grenadines/St. Vincent/Saint Vincent|VE Venezuela/Bolivarian Republic of Venezuela"
        + "|VG British Virgin Islands/Virgin Islands (British)/Virgin Islands, British"
        + "|VI U.S. Virgin Islands/Virgin Islands (U.S.)/Virgin Islands, U.S./US Virgin Islands|VN Vietnam/Viet Nam"
        + "|VU Vanuatu|WF Wallis & Futuna|WS Samoa|XK Kosovo/Kosovo Republic|YE Yemen|YT Mayotte|ZA South Africa|ZM Zambia"
        + "|ZW Zimbabwe";

    // Letters with marks that stand in the names above; the base library's decomposition is not there without a culture's data.
    private const string Marked = "áàâãäåçéèêëíìîïñóòôõöøúùûüýÁÀÂÃÄÅÇÉÈÊËÍÌÎÏÑÓÒÔÕÖØÚÙÛÜÝ";
    private const string Plain = "aaaaaaceeeeiiiinoooooouuuuyAAAAAACEEEEIIIINOOOOOOUUUUY";

    private static readonly Dictionary<string, string> ByName = Read();
    private static readonly HashSet<string> Codes = [.. ByName.Values];

    /// <summary>Gives the code of two capitals.</summary>
    public static bool TryFind(string text, out string code)
    {
        code = "";
        if (text.Length == 2)
        {
            string upper = text.ToUpperInvariant();
            if (Codes.TryGetValue(upper, out string? known))
            {
                code = known;
                return true;
            }
        }

        return ByName.TryGetValue(Normal(text), out code!);
    }

    /// <summary>Whether two capitals are a country's code.</summary>
    public static bool IsCode(string text) => Codes.Contains(text);

    private static Dictionary<string, string> Read()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string entry in Names.Split('|'))
        {
            string code = string.Intern(entry[..2]);
            foreach (string name in entry[3..].Split('/')) names[Normal(name)] = code;
        }

        return names;
    }

    // Words of small letters without marks; "and", "of", "the" do not count, and "St." is "Saint".
    private static string Normal(string text)
    {
        var words = new StringBuilder(text.Length);
        var word = new StringBuilder();
        foreach (char c in text)
        {
            int marked = Marked.IndexOf(c, StringComparison.Ordinal);
            char plain = marked < 0 ? c : Plain[marked];
            if (char.IsAsciiLetter(plain)) word.Append(char.ToLowerInvariant(plain));
            else if (plain is not ('\'' or '\u2019' or '.')) End();
        }

        End();
        return words.ToString();

        void End()
        {
            string ended = word.ToString();
            word.Clear();
            if (ended is "" or "and" or "of" or "the") return;
            if (words.Length > 0) words.Append(' ');
            words.Append(ended == "st" ? "saint" : ended);
        }
    }
}
