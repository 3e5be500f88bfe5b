using System.Text.Json;

namespace Sparseland.Language.Tokenizers.Normalizers;

/// <summary>Changes the text before it is cut. Immutable; thread-safe.</summary>
internal abstract class Normalizer
{
    /// <summary>The text as the tokenizer sees it.</summary>
    public abstract string Normalize(string text);

    /// <summary>Writes its object of tokenizer.json.</summary>
    public abstract void Write(Utf8JsonWriter writer);
}
