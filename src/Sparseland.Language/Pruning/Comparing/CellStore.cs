using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sparseland.Files;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>The finished cells of a comparison: one file for each, named by a digest of everything that decides about it, so that a comparison that was killed goes on and one that grows keeps what it has.</summary>
internal sealed class CellStore
{
    /// <summary>The folder of the cells in a comparison's folder.</summary>
    public const string FolderName = "cells";

    private readonly string _folder;
    private readonly string _model;

    /// <param name="work">The comparison's work folder.</param>
    /// <param name="model">What the model is, as a digest.</param>
    public CellStore(string work, string model)
    {
        (_folder, _model) = (Path.Combine(work, FolderName), model);
        Directory.CreateDirectory(_folder);
    }

    /// <summary>The key of a cell.</summary>
    /// <param name="contestant">The contestant.</param>
    /// <param name="by">What is held equal.</param>
    /// <param name="target">The budget, or null.</param>
    /// <param name="data">Calibration and evaluation.</param>
    /// <param name="timing">How it is timed, in words.</param>
    public string Key(Contestant contestant, EqualBy by, double? target, ComparisonData data, string timing)
    {
        var text = string.Join('\n', _model, contestant.Name, contestant.Kind, contestant.Recipe?.ToJson(), contestant.Element, contestant.Path, by, target?.ToString("R"),
            data.Seed, data.Calibration.Hash, data.EvaluationHash, timing);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    /// <summary>A finished cell, or null. What was written by halves or by another version is as good as nothing.</summary>
    public ComparisonCell? Read(string key)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(PathOf(key)), ComparisonJson.Default.ComparisonCell);
        }
        catch (Exception fault) when (fault is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a cell.</summary>
    public void Write(string key, ComparisonCell cell) => AtomicFile.WriteText(PathOf(key), JsonSerializer.Serialize(cell, ComparisonJson.Default.ComparisonCell) + "\n");

    /// <summary>Takes over the cells of a comparison that is about to be replaced.</summary>
    /// <param name="finished">Its folder.</param>
    public void Adopt(string finished)
    {
        var cells = Path.Combine(finished, FolderName);
        if (!Directory.Exists(cells))
            return;
        foreach (var file in Directory.EnumerateFiles(cells, "*.json"))
            if (!File.Exists(Path.Combine(_folder, Path.GetFileName(file))))
                File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    private string PathOf(string key) => Path.Combine(_folder, key + ".json");
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NewLine = "\n", UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ComparisonCell))]
[JsonSerializable(typeof(ComparisonResult))]
internal sealed partial class ComparisonJson : JsonSerializerContext;
