using System.Text.Json;
using Sparseland.Errors;

namespace Sparseland.Language.Generation;

/// <summary>
/// How a text is continued. The defaults are greedy. Filters act in the order penalty, temperature, top-k, top-p, min-p, as in Hugging Face's generation.
/// </summary>
public sealed record GenerationSettings
{
    /// <summary>Divides the logits before the draw; 0 takes the most probable token always.</summary>
    public double Temperature { get; init; }

    /// <summary>Draws from this many most probable tokens only; 0 for all.</summary>
    public int TopK { get; init; }

    /// <summary>Draws from the smallest set of most probable tokens that holds this share of the probability (Holtzman et al. 2020); 1 for all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Leaves out tokens less probable than this fraction of the most probable one (Nguyen et al. 2024); 0 for none.</summary>
    public double MinP { get; init; }

    /// <summary>Positive logits of tokens already seen, those of the prompt included, are divided by this, negative ones multiplied (Keskar et al. 2019); 1 for no penalty.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The draws' seed: equal seeds give equal text on one machine, whatever the number of threads.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The most tokens to make.</summary>
    public int MaximumTokens { get; init; } = 256;

    /// <summary>Texts that end the generation where they appear; they are not part of the result.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Tokens that end the generation beside those the model and the tokenizer name.</summary>
    public IReadOnlyList<int> EndTokens { get; init; } = [];

    /// <summary>Goes on after an end token, as benchmarks need it.</summary>
    public bool IgnoresEndTokens { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InvalidSettingException">A value outside its range.</exception>
    public void Validate()
    {
        Require(Temperature >= 0 && double.IsFinite(Temperature), "temperature", Temperature, "0 (greedy) or more");
        Require(TopK >= 0, "top-k", TopK, "0 (all) or more");
        Require(TopP is > 0 and <= 1, "top-p", TopP, "above 0 and at most 1");
        Require(MinP is >= 0 and <= 1, "min-p", MinP, "0 to 1");
        Require(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty), "repetition penalty", RepetitionPenalty, "above 0 (1 for none)");
        Require(MaximumTokens >= 0, "maximum tokens", MaximumTokens, "0 or more");
        if (StopStrings.Any(string.IsNullOrEmpty))
            throw new InvalidSettingException("an empty stop string would end every text; leave it out");
    }

    /// <summary>Reads Hugging Face's generation_config.json; what the file does not say keeps its default.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidFileException">It is not JSON, or a value has the wrong type or range.</exception>
    public static GenerationSettings Read(string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 32 });
        }
        catch (JsonException fault)
        {
            throw new InvalidFileException(path, "", "not valid JSON: " + fault.Message, "repair or remove the file", fault);
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidFileException(path, "", $"a {document.RootElement.ValueKind} where an object belongs", "repair or remove the file");
            return FromJson(path, document.RootElement);
        }
    }

    private static GenerationSettings FromJson(string path, JsonElement root)
    {
        var samples = root.TryGetProperty("do_sample", out var sample) && sample.ValueKind == JsonValueKind.True;
        var settings = new GenerationSettings
        {
            Temperature = samples ? Number(path, root, "temperature", 1) : 0,
            TopK = samples ? Integer(path, root, "top_k", 50) : 0,
            TopP = samples ? Number(path, root, "top_p", 1) : 1,
            MinP = samples ? Number(path, root, "min_p", 0) : 0,
            RepetitionPenalty = Number(path, root, "repetition_penalty", 1),
            MaximumTokens = Integer(path, root, "max_new_tokens", 256),
            EndTokens = Tokens(path, root, "eos_token_id"),
        };
        try
        {
            settings.Validate();
        }
        catch (InvalidSettingException fault)
        {
            throw new InvalidFileException(path, "", fault.Message, "correct the value or remove the file", fault);
        }
        return settings;
    }

    /// <summary>Writes the settings as generation_config.json.</summary>
    public void Write(Stream stream)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteBoolean("do_sample", Temperature > 0);
        if (Temperature > 0)
        {
            writer.WriteNumber("temperature", Temperature);
            writer.WriteNumber("top_k", TopK);
            writer.WriteNumber("top_p", TopP);
            writer.WriteNumber("min_p", MinP);
        }
        writer.WriteNumber("repetition_penalty", RepetitionPenalty);
        writer.WriteNumber("max_new_tokens", MaximumTokens);
        if (EndTokens.Count > 0)
        {
            writer.WriteStartArray("eos_token_id");
            foreach (var token in EndTokens)
                writer.WriteNumberValue(token);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static void Require(bool holds, string name, double value, string legal)
    {
        if (!holds)
            throw new InvalidSettingException($"a {name} of {value}; it must be {legal}");
    }

    private static double Number(string path, JsonElement root, string name, double otherwise)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Wrong(path, name, value, "a number");
    }

    private static int Integer(string path, JsonElement root, string name, int otherwise)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(path, name, value, "an integer");
    }

    private static int[] Tokens(string path, JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return [];
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Token)] : [Token(value)];

        int Token(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var id) && id >= 0 ? id : throw Wrong(path, name, element, "token ids");
    }

    private static InvalidFileException Wrong(string path, string name, JsonElement value, string expected) =>
        new(path, name, $"found {(value.GetRawText() is { Length: > 40 } text ? text[..40] : value.GetRawText())}, expected {expected}", "correct the value or remove the file");
}
