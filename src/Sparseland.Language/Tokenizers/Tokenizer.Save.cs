using System.Text.Encodings.Web;
using System.Text.Json;
using Sparseland.Files;

namespace Sparseland.Language.Tokenizers;

public sealed partial class Tokenizer
{
    // The relaxed encoder keeps tokens such as 'Ġthe' readable; the files are never put into HTML.
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public void Save(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        AtomicFile.Write(Path.Combine(folder, "tokenizer.json"), stream => Write(stream, WriteTokenizer));
        AtomicFile.Write(Path.Combine(folder, "tokenizer_config.json"), stream => Write(stream, WriteConfiguration));
    }

    private static void Write(Stream stream, Action<Utf8JsonWriter> body)
    {
        using (var writer = new Utf8JsonWriter(stream, Indented))
            body(writer);
        stream.WriteByte((byte)'\n');
    }

    private void WriteTokenizer(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("version", "1.0");
        writer.WriteNull("truncation");
        writer.WriteNull("padding");
        writer.WriteStartArray("added_tokens");
        foreach (var token in parts.Added.OrderBy(token => token.Id))
            WriteAdded(writer, token);
        writer.WriteEndArray();
        WriteDescribed(writer, "normalizer", parts.Normalizer?.Json);
        WriteDescribed(writer, "pre_tokenizer", parts.PreTokenizer?.Json);
        writer.WritePropertyName("post_processor");
        if (parts.Prefix.Count + parts.Suffix.Count > 0)
            WriteTemplate(writer);
        else
            writer.WriteNullValue();
        WriteDescribed(writer, "decoder", parts.Decoder?.Json);
        writer.WritePropertyName("model");
        parts.Model.Write(writer);
        writer.WriteEndObject();
    }

    private static void WriteDescribed(Utf8JsonWriter writer, string name, string? json)
    {
        writer.WritePropertyName(name);
        writer.WriteRawValue(json ?? "null");
    }

    private static void WriteAdded(Utf8JsonWriter writer, AddedToken token)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", token.Id);
        writer.WriteString("content", token.Content);
        writer.WriteBoolean("single_word", token.SingleWord);
        writer.WriteBoolean("lstrip", token.LeftStrip);
        writer.WriteBoolean("rstrip", token.RightStrip);
        writer.WriteBoolean("normalized", token.Normalized);
        writer.WriteBoolean("special", token.Special);
        writer.WriteEndObject();
    }

    private void WriteTemplate(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "TemplateProcessing");
        writer.WriteStartArray("single");
        WriteSequence(writer, "A", 0);
        writer.WriteEndArray();
        writer.WriteStartArray("pair");
        WriteSequence(writer, "A", 0);
        WriteSequence(writer, "B", 1);
        writer.WriteEndArray();
        writer.WriteStartObject("special_tokens");
        foreach (var id in parts.Prefix.Concat(parts.Suffix).Distinct())
        {
            writer.WriteStartObject(TokenText(id));
            writer.WriteString("id", TokenText(id));
            writer.WriteStartArray("ids");
            writer.WriteNumberValue(id);
            writer.WriteEndArray();
            writer.WriteStartArray("tokens");
            writer.WriteStringValue(TokenText(id));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteSequence(Utf8JsonWriter writer, string name, int type)
    {
        foreach (var id in parts.Prefix)
            WriteTemplateItem(writer, "SpecialToken", TokenText(id), type);
        WriteTemplateItem(writer, "Sequence", name, type);
        foreach (var id in parts.Suffix)
            WriteTemplateItem(writer, "SpecialToken", TokenText(id), type);
    }

    private static void WriteTemplateItem(Utf8JsonWriter writer, string kind, string id, int type)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(kind);
        writer.WriteString("id", id);
        writer.WriteNumber("type_id", type);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteConfiguration(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("tokenizer_class", "PreTrainedTokenizerFast");
        writer.WriteBoolean("clean_up_tokenization_spaces", false);
        if (BeginToken is { } begin)
            writer.WriteString("bos_token", TokenText(begin));
        if (EndTokens.Count > 0)
            writer.WriteString("eos_token", TokenText(EndTokens[0]));
        if (ChatTemplate is { } template)
            writer.WriteString("chat_template", template);
        writer.WriteEndObject();
    }
}
