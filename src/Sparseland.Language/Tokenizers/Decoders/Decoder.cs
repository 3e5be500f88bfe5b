using System.Text.Json;

namespace Sparseland.Language.Tokenizers.Decoders;

/// <summary>A step from tokens to text: changes the list of tokens in place; what is left at the end is joined. Immutable; thread-safe.</summary>
internal abstract class Decoder
{
    /// <summary>Changes the tokens.</summary>
    public abstract void Decode(List<string> tokens);

    /// <summary>Writes its object of tokenizer.json.</summary>
    public abstract void Write(Utf8JsonWriter writer);
}

/// <summary>Several steps in order.</summary>
internal sealed class DecoderSequence(IReadOnlyList<Decoder> parts) : Decoder
{
    /// <inheritdoc/>
    public override void Decode(List<string> tokens)
    {
        foreach (var part in parts)
            part.Decode(tokens);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "Sequence");
        writer.WriteStartArray("decoders");
        foreach (var part in parts)
            part.Write(writer);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
