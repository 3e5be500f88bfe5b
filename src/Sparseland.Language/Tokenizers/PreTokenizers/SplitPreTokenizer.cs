using System.Text.Json;

namespace Sparseland.Language.Tokenizers.PreTokenizers;

/// <summary>"Split" by one of the known word patterns, every match a piece.</summary>
internal sealed class SplitPreTokenizer(WordPattern pattern) : PreTokenizer
{
    /// <inheritdoc/>
    public override void Split(ReadOnlySpan<char> text, bool first, PieceAction next)
    {
        for (var start = 0; start < text.Length; first = false)
        {
            var end = pattern.Next(text, start);
            next(text[start..end], first);
            start = end;
        }
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Split");
        writer.WriteStartObject("pattern");
        writer.WriteString("Regex", pattern.Expression);
        writer.WriteEndObject();
        writer.WriteString("behavior", "Isolated");
        writer.WriteBoolean("invert", false);
        writer.WriteEndObject();
    }
}
