using System.Globalization;
using System.Text;
using Sparseland.Errors;

namespace Sparseland.Language.Chat;

/// <summary>The functions that every template can call.</summary>
internal static class TemplateFunctions
{
    private static readonly string[] Known = ["raise_exception", "strftime_now", "namespace", "range", "dict"];

    private static readonly Dictionary<string, Function> Values = Known.ToDictionary(name => name, name => new Function(name), StringComparer.Ordinal);

    /// <summary>The function of a name as a value, or undefined. Without a time there is no strftime_now, so a template that asks first takes its other way.</summary>
    public static object Find(string name, bool hasTime) =>
        Values.TryGetValue(name, out var function) && (hasTime || name != "strftime_now") ? function : Undefined.Value;

    /// <summary>Calls one.</summary>
    public static object? Call(TemplateRun run, TemplatePlace place, string name, TemplateArguments arguments)
    {
        switch (name)
        {
            case "raise_exception":
                throw new InvalidSettingException($"{place.Name} (line {place.Line}) refuses this conversation: {arguments.Text(place, 0, "message")}");
            case "strftime_now":
                var now = run.Now ?? throw new InvalidSettingException($"{place.Name} (line {place.Line}) writes the date, and none is given; give the time to render with");
                return Date(now, arguments.Text(place, 0, "format")!, place);
            case "namespace":
                var space = new TemplateNamespace();
                if (arguments.Get(0, "") is OrderedDictionary<string, object?> given)
                    foreach (var (key, value) in given)
                        space.Members[key] = value;
                foreach (var (key, value) in arguments.Named)
                    space.Members[key] = value;
                return space;
            case "range":
                return Range(run, place, arguments);
            case "dict":
                return new OrderedDictionary<string, object?>(arguments.Named);
            default:
                throw place.Unknown("the function", name, Known);
        }
    }

    private static List<object?> Range(TemplateRun run, TemplatePlace place, TemplateArguments arguments)
    {
        arguments.CheckNames(place, "range", "start", "stop", "step");
        var single = arguments.Positional.Count == 1;
        var (start, stop, step) = (single ? 0 : arguments.Whole(place, 0, "start", 0), arguments.Whole(place, single ? 0 : 1, "stop", 0), arguments.Whole(place, 2, "step", 1));
        if (step == 0)
            throw place.Fault("a step of zero");
        var numbers = new List<object?>();
        for (var i = (Int128)start; step > 0 ? i < stop : i > stop; i += step)
        {
            if (numbers.Count == TemplateRun.LongestList)
                throw new ResourceLimitException($"{place.Name} (line {place.Line}): a range of more than {TemplateRun.LongestList} numbers; give another template");
            numbers.Add((long)i);
        }
        run.Spend(numbers.Count);
        return numbers;
    }

    // C's strftime in English, as Python has it without a locale.
    private static string Date(DateTimeOffset now, string format, TemplatePlace place)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }
            var code = format[++i] == '-' && i + 1 < format.Length ? $"-{format[++i]}" : format[i].ToString();
            text.Append(code switch
            {
                "%" => "%",
                "j" => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
                _ => now.ToString(code switch
                {
                    "d" => "dd",
                    "-d" => "%d",
                    "m" => "MM",
                    "-m" => "%M",
                    "Y" => "yyyy",
                    "y" => "yy",
                    "B" => "MMMM",
                    "b" or "h" => "MMM",
                    "A" => "dddd",
                    "a" => "ddd",
                    "H" => "HH",
                    "I" => "hh",
                    "M" => "mm",
                    "S" => "ss",
                    "p" => "tt",
                    "F" => "yyyy-MM-dd",
                    "T" => "HH:mm:ss",
                    _ => throw place.Unknown("the date code", $"%{code}"),
                }, CultureInfo.InvariantCulture),
            });
        }
        return text.ToString();
    }

    private sealed class Function(string name) : ITemplateCallable
    {
        /// <inheritdoc/>
        public object? Call(TemplateRun run, TemplatePlace place, TemplateArguments arguments) => TemplateFunctions.Call(run, place, name, arguments);
    }
}
