using System.Text;
using System.Text.Json;
using Sparseland.Errors;
using Sparseland.Masks;

namespace Sparseland.Recipes;

public sealed partial record Recipe
{
    private static readonly string[] Modes = ["exact", "at-or-below", "cumulative"];

    /// <summary>Reads and validates a recipe. What is left out has its default; what is not known is an error.</summary>
    /// <param name="json">A JSON object; comments and trailing commas are allowed.</param>
    /// <param name="source">The file's name, for messages.</param>
    /// <exception cref="InvalidSettingException">The text is no recipe, or a value is not legal.</exception>
    public static Recipe Parse(string json, string source = "recipe")
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16 });
            return Read(new SettingsReader(document.RootElement, source)).Validate();
        }
        catch (JsonException exception)
        {
            throw new InvalidSettingException($"{source}: not valid JSON at line {exception.LineNumber + 1}: {exception.Message.Split(" LineNumber")[0]}");
        }
    }

    /// <summary>The recipe as indented JSON that <see cref="Parse"/> reads; equal recipes give equal text.</summary>
    public string ToJson()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
            Write(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Writes the recipe as a JSON object into a larger document.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WritePropertyName("score");
        Score.Write(json);
        json.WritePropertyName("allocation");
        Allocation.Write(json);
        json.WriteString("pattern", Pattern.ToString());
        json.WritePropertyName("update");
        Update.Write(json);
        json.WriteString("layout", Layout);
        json.WriteString("values", ValueNames.Of(Values));
        if (Pattern is not NofMPattern)
            json.WriteNumber("sparsity", Sparsity);
        if (Group is { } group)
            json.WriteString("group", group.ToString());
        if (Mode is { } mode)
            json.WriteString("selection", Modes[(int)mode]);
        WriteCalibration(json);
        WriteRecovery(json);
        WriteRules(json);
        json.WriteNumber("seed", Seed);
        json.WriteEndObject();
    }

    private static Recipe Read(SettingsReader reader)
    {
        var recipe = new Recipe();
        recipe = recipe with
        {
            Score = reader.Method("score") ?? recipe.Score,
            Allocation = reader.Method("allocation") ?? recipe.Allocation,
            Pattern = reader.Text("pattern") is { } pattern ? Pattern.Parse(pattern) : recipe.Pattern,
            Update = reader.Method("update") ?? recipe.Update,
            Layout = reader.Text("layout") ?? recipe.Layout,
            Values = reader.Text("values") is { } values ? ValueNames.Parse(values) : recipe.Values,
            Sparsity = reader.Number("sparsity") ?? recipe.Sparsity,
            Group = reader.Text("group") is { } group ? ComparisonGroup.Parse(group) : null,
            Mode = reader.Text("selection") is { } mode ? ReadMode(mode) : null,
            Calibration = reader.Object("calibration") is { } calibration ? ReadCalibration(calibration) : recipe.Calibration,
            Recovery = reader.Object("recovery") is { } recovery ? ReadRecovery(recovery) : null,
            Rules = [.. reader.Objects("rules").Select(ReadRule)],
            Seed = (ulong)(reader.Integer("seed", 0, long.MaxValue) ?? 0),
        };
        reader.Finish();
        return recipe;
    }

    private static SelectionMode ReadMode(string text) => Array.IndexOf(Modes, text) is >= 0 and var index
        ? (SelectionMode)index
        : throw new InvalidSettingException($"selection '{text}': expected {string.Join(", ", Modes)}{Suggestion.For(text, Modes)}");

    private static CalibrationSettings ReadCalibration(SettingsReader reader)
    {
        var settings = new CalibrationSettings();
        settings = settings with
        {
            Sequences = (int)(reader.Integer("sequences", 1, 1_000_000) ?? settings.Sequences),
            Length = (int)(reader.Integer("length", 0, 1_000_000) ?? settings.Length),
            TrueSequential = reader.Flag("trueSequential") ?? settings.TrueSequential,
            DenseInputs = reader.Flag("denseInputs") ?? settings.DenseInputs,
        };
        reader.Finish();
        return settings;
    }

    private static RecoverySettings ReadRecovery(SettingsReader reader)
    {
        var settings = new RecoverySettings { Steps = (int)(reader.Integer("steps", 0, 10_000_000) ?? 0) };
        settings = settings with
        {
            Batch = (int)(reader.Integer("batch", 1, 100_000) ?? settings.Batch),
            LearningRate = reader.Number("learningRate") ?? settings.LearningRate,
            Distillation = reader.Number("distillation") ?? settings.Distillation,
            Rank = (int?)reader.Integer("rank", 1, 65_536),
            RanksByImportance = reader.Flag("ranksByImportance"),
        };
        reader.Finish();
        return settings;
    }

    private static RecipeRule ReadRule(SettingsReader reader)
    {
        var rule = new RecipeRule(reader.Text("tensors") ?? "")
        {
            Skip = reader.Flag("skip") ?? false,
            Sparsity = reader.Number("sparsity"),
            Pattern = reader.Text("pattern") is { } pattern ? Pattern.Parse(pattern) : null,
        };
        reader.Finish();
        return rule;
    }

    private void WriteCalibration(Utf8JsonWriter json)
    {
        json.WriteStartObject("calibration");
        json.WriteNumber("sequences", Calibration.Sequences);
        json.WriteNumber("length", Calibration.Length);
        json.WriteBoolean("trueSequential", Calibration.TrueSequential);
        json.WriteBoolean("denseInputs", Calibration.DenseInputs);
        json.WriteEndObject();
    }

    private void WriteRecovery(Utf8JsonWriter json)
    {
        if (Recovery is null)
            return;
        json.WriteStartObject("recovery");
        json.WriteNumber("steps", Recovery.Steps);
        json.WriteNumber("batch", Recovery.Batch);
        json.WriteNumber("learningRate", Recovery.LearningRate);
        json.WriteNumber("distillation", Recovery.Distillation);
        if (Recovery.Rank is { } rank)
            json.WriteNumber("rank", rank);
        if (Recovery.RanksByImportance is { } weighted)
            json.WriteBoolean("ranksByImportance", weighted);
        json.WriteEndObject();
    }

    private void WriteRules(Utf8JsonWriter json)
    {
        if (Rules.Count == 0)
            return;
        json.WriteStartArray("rules");
        foreach (var rule in Rules)
        {
            json.WriteStartObject();
            json.WriteString("tensors", rule.Tensors);
            if (rule.Skip)
                json.WriteBoolean("skip", true);
            if (rule.Sparsity is { } sparsity)
                json.WriteNumber("sparsity", sparsity);
            if (rule.Pattern is not null)
                json.WriteString("pattern", rule.Pattern.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
