using System.Text.Json;
using Sparseland.Language.Models;

namespace Sparseland.Cli.Output;

/// <summary>The layouts a model runs in, as properties of a JSON object.</summary>
internal static class RunningJson
{
    /// <summary>Writes "storedBytes", "weightBytesInMemory", "runsAs" and the choices with their reasons.</summary>
    public static void Write(Utf8JsonWriter json, RunningModel running)
    {
        json.WriteNumber("storedBytes", running.StoredBytes);
        json.WriteNumber("weightBytesInMemory", running.Transformer.ByteCount);
        json.WriteString("runsAs", running.RunsAs);
        json.WriteStartArray("choices");
        foreach (var choice in running.Choices)
        {
            json.WriteStartObject();
            json.WriteNumber("matrices", choice.Names.Count);
            json.WriteNumber("rows", choice.Rows);
            json.WriteNumber("columns", choice.Columns);
            json.WriteString("stored", choice.StoredLayout);
            json.WriteString("runs", choice.Decision.LayoutName);
            json.WriteString("reason", choice.Decision.Reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
