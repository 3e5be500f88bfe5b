using Sparseland.Chance;
using Sparseland.Errors;
using Sparseland.Language.Chat;

namespace Sparseland.Language.Tests.Chat;

public class TemplateLanguageTests
{
    private static readonly Dictionary<string, object?> Variables = new()
    {
        ["n"] = 7,
        ["x"] = 2.5,
        ["s"] = "héllo wörld",
        ["nothing"] = null,
        ["list"] = new List<object?> { 3, 1, 2 },
        ["map"] = new Dictionary<string, object?> { ["b"] = 1, ["a"] = new List<object?> { true, null, "q'" } },
        ["people"] = new List<object?> { new Dictionary<string, object?> { ["name"] = "Ann", ["age"] = 40 }, new Dictionary<string, object?> { ["name"] = "bob", ["age"] = 30 } },
    };

    private static string Render(string template) => ChatTemplate.Parse(template).Render([], new ChatTemplateOptions { Variables = Variables });

    // What Python's Jinja gives, by its documentation.
    [Theory]
    [InlineData("{{ 1 + 2 * 3 }}|{{ (1 + 2) * 3 }}|{{ 7 // 2 }}|{{ -7 // 2 }}|{{ -7 % 3 }}|{{ 7 / 2 }}|{{ 2 ** 10 }}|{{ 4 / 2 }}", "7|9|3|-4|2|3.5|1024|2.0")]
    [InlineData("{{ 'a' ~ 1 ~ none ~ true }}|{{ 'ab' * 3 }}|{{ 'a' 'b' }}|{{ [1] + [2] }}", "a1NoneTrue|ababab|ab|[1, 2]")]
    [InlineData("{{ 1 < 2 < 3 }}{{ 1 < 2 > 3 }}{{ 'b' > 'a' }}{{ 1 == 1.0 }}{{ 1 == '1' }}{{ true == 1 }}", "TrueFalseTrueTrueFalseTrue")]
    [InlineData("{{ not a or b }}|{{ '' or 'x' }}|{{ 'x' and 0 }}|{{ not 1 == 2 }}", "True|x|0|True")]
    [InlineData("{{ 2 in list }}{{ 9 not in list }}{{ 'ell' in 'hello' }}{{ 'a' in map }}", "TrueTrueTrueTrue")]
    [InlineData("{{ list[0] }}{{ list[-1] }}{{ list[1:] }}{{ list[::-1] }}{{ s[1:4] }}{{ s[-1] }}{{ list[9] }}|{{ list.0 }}", "32[1, 2][2, 1, 3]élld|3")]
    [InlineData("{{ map.b }}{{ map['a'][2] }}{{ map }}|{{ map.get('z', 5) }}{{ map.get('b') }}", "1q'{'b': 1, 'a': [True, None, \"q'\"]}|51")]
    [InlineData("{{ map | tojson }}|{{ list | tojson(indent=2) }}|{{ 'é\"\n' | tojson }}|{{ {} | tojson }}", "{\"b\": 1, \"a\": [true, null, \"q'\"]}|[\n  3,\n  1,\n  2\n]|\"é\\\"\\n\"|{}")]
    [InlineData("{{ s | upper }}{{ '  a ' | trim }}{{ 'a b' | title }}{{ s | capitalize }}{{ 'xaax'.strip('x') }}", "HÉLLO WÖRLDaA BHéllo wörldaa")]
    [InlineData("{{ s | length }}{{ list | count }}{{ list | first }}{{ list | last }}{{ [] | first }}{{ map | length }}", "113322")]
    [InlineData("{{ list | join('-') }}|{{ people | join(', ', attribute='name') }}|{{ people | map(attribute='age') | join('+') }}|{{ ['a', 'b'] | map('upper') | list }}", "3-1-2|Ann, bob|40+30|['A', 'B']")]
    [InlineData("{{ people | selectattr('age', 'gt', 35) | map(attribute='name') | first }}|{{ people | rejectattr('name', 'equalto', 'Ann') | list | length }}|{{ list | select('odd') | list }}", "Ann|1|[3, 1]")]
    [InlineData("{{ list | sort }}{{ list | sort(reverse=true) }}{{ people | sort(attribute='age') | map(attribute='name') | list }}{{ ['b', 'A'] | sort }}", "[1, 2, 3][3, 2, 1]['bob', 'Ann']['A', 'b']")]
    [InlineData("{{ missing | default('d') }}{{ '' | default('d') }}{{ '' | default('d', true) }}{{ missing }}|{{ nothing | default('d') }}", "dd|None")]
    [InlineData("{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a-b-c'.split('-', 1) }}{{ 'a-b-c'.rsplit('-', 1) }}", "['a', 'b', '', 'c']['a', 'b']['a', 'b-c']['a-b', 'c']")]
    [InlineData("{{ 'aXbX'.replace('X', 'yy') }}{{ 'aaa' | replace('a', 'b', 2) }}{{ s.startswith('hé') }}{{ s.endswith(('x', 'ld')) }}{{ 'a-b'.find('b') }}", "ayybyybbaTrueTrue2")]
    [InlineData("{{ n is defined }}{{ zz is defined }}{{ nothing is none }}{{ n is number }}{{ s is string }}{{ map is mapping }}{{ list is iterable }}{{ 4 is even }}{{ 6 is divisibleby 3 }}{{ n is not none }}", "TrueFalseTrueTrueTrueTrueTrueTrueTrueTrue")]
    [InlineData("{{ 'y' if n > 5 else 'n' }}{{ 'y' if false }}|{{ 1 if false else 2 if false else 3 }}", "y|3")]
    [InlineData("{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}{% for k in map %}{{ k }}{% endfor %}", "b=1;a=[True, None, \"q'\"];ba")]
    [InlineData("{% for i in range(5) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}", "02")]
    [InlineData("{% for i in [] %}x{% else %}none{% endfor %}{% for i in list if i > 1 %}{{ loop.index }}/{{ loop.length }}:{{ i }} {% endfor %}", "none1/2:3 2/2:2 ")]
    [InlineData("{% for i in list %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }}{{ loop.revindex }} {% endfor %}", "<3>13 3<1>22 1<2>1 ")]
    [InlineData("{% set v = 1 %}{% for i in list %}{% set v = i %}{% endfor %}{{ v }}{% set ns = namespace(v=1) %}{% for i in list %}{% set ns.v = ns.v + i %}{% endfor %}{{ ns.v }}", "17")]
    [InlineData("{% set a, b = [1, 2] %}{{ a }}{{ b }}{% set c %}x{{ a }}{% endset %}{{ c }}{% if true %}{% set d = 4 %}{% endif %}{{ d }}", "12x14")]
    [InlineData("{% macro f(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}{{ f(1, b=3) }}{{ f(1, 4) | length }}", "12132")]
    [InlineData("{% raw %}{{ x }}{% y %}{% endraw %}{# gone #}!", "{{ x }}{% y %}!")]
    [InlineData("{{ '3' | int + 1 }}{{ 'z' | int }}{{ 3.7 | int }}{{ '2.5' | float }}{{ -3 | abs }}{{ [1, 2] | sum }}{{ list | max }}", "4032.5333")]
    [InlineData("{{ {'a': {'b': [1, 2]}}.a.b[1] }}{{ (1, 2)[0] }}", "21")]
    public void Expressions_and_statements_give_what_the_language_says(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("a\n  {% if true %}\n  b\n  {% endif %}\nc\n", "a\n  b\nc")]
    [InlineData("a {%- if true -%} b {%- endif -%} c", "abc")]
    [InlineData("a\n  {{ 1 }}\n  {{- 2 }}\nb", "a\n  12\nb")]
    [InlineData("a\n  {%+ if true %}b{% endif +%}\nc", "a\n  b\nc")]
    [InlineData("  {# comment #}\nx {# y #}\nz", "x z")]
    [InlineData("x  {% if true %}y{% endif %}", "x  y")]
    [InlineData("{% if true %}\n  {% if true %}\nz{% endif %}{% endif %}\n\n", "z")]
    public void White_space_is_kept_and_trimmed_as_transformers_sets_it(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{{ 1 | fancy }}", "fancy", "line 1, column 8")]
    [InlineData("\n{% include 'x' %}", "include", "line 2, column 4")]
    [InlineData("{{ n is prime }}", "prime", "column 9")]
    [InlineData("{{ s.encode() }}", "encode", "line 1")]
    [InlineData("{{ open('x') }}", "open", "line 1")]
    [InlineData("{{ f(*list) }}", "*", "line 1")]
    [InlineData("{% for i in list recursive %}{% endfor %}", "recursive", "line 1")]
    [InlineData("{{ list.append(1) }}", "append", "line 1")]
    [InlineData("{{ 1 ? 2 }}", "?", "line 1")]
    public void An_unknown_construct_is_named_with_its_place(string template, string name, string place)
    {
        var message = Assert.Throws<UnsupportedException>(() => Render(template)).Message;
        Assert.Contains($"'{name}'", message, StringComparison.Ordinal);
        Assert.Contains(place, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{% if true %}x")]
    [InlineData("{% endif %}")]
    [InlineData("{{ 1 +")]
    [InlineData("{{ 'a }}")]
    [InlineData("{{ (1 }}")]
    [InlineData("{% for in x %}{% endfor %}")]
    [InlineData("{{ missing.name }}")]
    [InlineData("{{ 1 + 'a' }}")]
    [InlineData("{{ 1 // 0 }}")]
    [InlineData("{{ [1, 'a'] | sort }}")]
    [InlineData("{% set n.v = 1 %}")]
    [InlineData("{% break %}")]
    [InlineData("{{ 9223372036854775807 + 1 }}")]
    [InlineData("{% set a, b = [1] %}")]
    [InlineData("{# open")]
    public void A_malformed_template_or_an_impossible_step_is_a_fault_with_its_place(string template) =>
        Assert.Contains("line ", Assert.Throws<InvalidFileException>(() => Render(template)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% set ns = namespace(s='aaaaaaaaaa') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}")]
    [InlineData("{% set ns = namespace(s='ab') %}{% for i in range(100) %}{% set ns.s = ns.s.replace('a', ns.s) %}{% endfor %}")]
    [InlineData("{% set ns = namespace(a=[1]) %}{% for i in range(200) %}{% set ns.a = [ns.a, ns.a] %}{% endfor %}{{ ns.a }}")]
    [InlineData("{% set ns = namespace(a=[1], b=[1]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}{{ ns.a == ns.b }}")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{{ range(1000000000) }}")]
    [InlineData("{{ 'a' * 1000000000 }}")]
    public void A_template_without_end_or_measure_is_stopped(string template) => Assert.Throws<ResourceLimitException>(() => Render(template));

    [Fact]
    public void Nesting_is_limited_before_the_stack_is()
    {
        foreach (var (open, close) in new[] { ("(", ")"), ("[", "]"), ("not ", ""), ("-", ""), ("{'a':", "}"), ("1 if 1 else ", "") })
            Assert.Throws<ResourceLimitException>(() => Render("{{ " + string.Concat(Enumerable.Repeat(open, 5000)) + "1" + string.Concat(Enumerable.Repeat(close, 5000)) + " }}"));
        Assert.Throws<ResourceLimitException>(() => Render(string.Concat(Enumerable.Repeat("{% if 1 %}", 5000))));
        Assert.Throws<ResourceLimitException>(() => Render("{{ s" + string.Concat(Enumerable.Repeat(" | upper", 5000)) + " }}"));
        Assert.Throws<ResourceLimitException>(() => Render("{{ " + string.Join(" + ", Enumerable.Repeat("1", 50_000)) + " }}"));
    }

    [Fact]
    public void A_damaged_template_never_ends_in_anything_but_our_errors()
    {
        const string Source = "{% set ns = namespace(v=1) %}{%- for m in messages[1:] if m.role is defined -%}\n  {{ m['content'] | trim ~ '\\n' }}{% set ns.v = ns.v + 1 %}{% else %}{# c #}{{ raise_exception('x') if false }}"
            + "{% endfor %}{% macro f(a, b='q') %}{{ a | default(b) | tojson(indent=2) }}{% endmacro %}{{ f([1, 2.5, {'k': none}]) }}{% raw %} {{ {% endraw %}{{ 'abc'[::-1].split('b')[0] }}";
        var random = new RandomStream(11, "template mutations");
        for (var i = 0; i < 2000; i++)
        {
            var text = Source.ToCharArray().ToList();
            for (var change = random.NextInt(4); change >= 0; change--)
            {
                var at = random.NextInt(text.Count);
                switch (random.NextInt(3))
                {
                    case 0:
                        text[at] = Source[random.NextInt(Source.Length)];
                        break;
                    case 1:
                        text.RemoveRange(at, Math.Min(random.NextInt(8), text.Count - at));
                        break;
                    default:
                        text.InsertRange(at, Source.AsSpan(random.NextInt(Source.Length - 9), random.NextInt(9)).ToArray());
                        break;
                }
                if (text.Count == 0)
                    break;
            }
            try
            {
                ChatTemplate.Parse(string.Concat(text)).Render([new("user", "a"), new("user", "b")]);
            }
            catch (SparselandException)
            {
                // What damage should end in, when it shows at all.
            }
        }
    }
}
