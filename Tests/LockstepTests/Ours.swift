import Support

// The program has types of these names, too, which tests that look into it import.

typealias Job = Support.Job
typealias Launch = Support.Launch
