using System.Globalization;
using Sparseland.Fuzz;
using Sparseland.Fuzzing;

// Reads damaged files until every reader has read --count of them. Usage: --count N --record FILE [--reader NAME]
var count = long.Parse(Option("--count") ?? "100000", CultureInfo.InvariantCulture);
var path = Option("--record") ?? "docs/fuzzing.json";
var only = Option("--reader");
const int batch = 1000;
var hangLimit = TimeSpan.FromSeconds(30);
var log = FuzzRecord.Load(path);
string? running = null;
var started = 0L;

// A reader that hangs ends the program with the number of the file, which then reads that file alone under a debugger.
using var watch = new Timer(_ =>
{
    if (Volatile.Read(ref running) is { } name && TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref started)) > hangLimit)
        Environment.FailFast($"{name} has not come back for {hangLimit.TotalSeconds} seconds");
}, null, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));

foreach (var target in FuzzTargets.All.Concat(FrozenTargets.All).Concat(MeshTargets.All).Where(target => only is null || target.Name == only))
{
    var entry = log.Reader(target.Name);
    target.WarmUp();
    while (entry.Done < count)
    {
        for (var end = Math.Min(count, entry.Done + batch); entry.Done < end; entry.Done++)
            ReadOne(target, entry);
        log.Save(path);
        Console.WriteLine($"{target.Name}: {entry.Done:N0} of {count:N0}, {entry.Failures.Count} failures");
    }
}
log.Save(path);
return log.Readers.Values.Any(entry => entry.Failures.Count > 0) ? 1 : 0;

void ReadOne(FuzzTarget target, ReaderRecord entry)
{
    Volatile.Write(ref started, Environment.TickCount64);
    Volatile.Write(ref running, $"{target.Name}, mutation {entry.Done}");
    try
    {
        var outcome = target.Check(target.Mutation(entry.Done));
        entry.Outcomes[outcome] = entry.Outcomes.GetValueOrDefault(outcome) + 1;
    }
    catch (FuzzFailure failure)
    {
        entry.Failures.Add($"mutation {entry.Done}: {failure.Message}");
    }
    finally
    {
        Volatile.Write(ref running, null);
    }
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var place && place + 1 < args.Length ? args[place + 1] : null;
