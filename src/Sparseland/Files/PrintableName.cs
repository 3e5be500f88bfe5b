namespace Sparseland.Files;

/// <summary>Makes a name from a file fit for a message of one line: a hostile file may put line breaks, control characters or a megabyte into it.</summary>
public static class PrintableName
{
    private const int Longest = 96;

    /// <summary>The name in single quotes, with control characters replaced and a long one cut.</summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var cut = name.Length > Longest ? name.AsSpan(0, Longest) : name;
        var text = string.Create(cut.Length, cut, static (destination, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                destination[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
        });
        return name.Length > Longest ? $"'{text}...'" : $"'{text}'";
    }
}
